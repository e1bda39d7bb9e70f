"""Where a row of Japanese may end: beside any wide sign, but for these (kinsoku, JIS X 4051)."""

#: Signs that must not begin a row: closing brackets and stops, iteration marks,
#: the long vowel mark, small kana.
NO_START = frozenset(
    "、。，．・：；？！‼⁇⁈⁉…‥ー〜～゠–—々〻ゝゞヽヾ゛゜％‰℃"
    "）］｝〕〉》」』】〙〗〟’”｠»"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "｡｣､･ｰｧｨｩｪｫｬｭｮｯﾞﾟ"
    ".,!?:;)]}%'\""
)
#: Signs that must not end a row.
NO_END = frozenset("（［｛〔〈《「『【〘〖〝‘“｟«([{$¥￥＄£#＃")

"""Which signs must not begin or end a row of Japanese (kinsoku, JIS X 4051)."""

# Signs that must not begin a row: closing brackets and stops, iteration marks,
# the long vowel mark, small kana.
_NO_START = frozenset(
    "、。，．・：；？！‼⁇⁈⁉…‥ー〜～゠–—々〻ゝゞヽヾ゛゜％‰℃"
    "）］｝〕〉》」』】〙〗〟’”｠»"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "｡｣､･ｰｧｨｩｪｫｬｭｮｯﾞﾟ"
    ".,!?:;)]}%'\""
)
# Signs that must not end a row.
_NO_END = frozenset("（［｛〔〈《「『【〘〖〝‘“｟«([{$¥￥＄£#＃")


def may_part(before: str, after: str) -> bool:
    """Tell whether a row may end with one sign and the next begin with the other."""
    return after not in _NO_START and before not in _NO_END

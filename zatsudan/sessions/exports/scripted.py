"""A request as a script of PHP (curl), Ruby (net/http) and R (httr)."""

import re

from zatsudan.sessions.exports.literals import code_point
from zatsudan.sessions.exports.notation import Notation, body, braces, filled
from zatsudan.sessions.exports.outgoing import Request, Value

_PHP = Notation(braces, "rawurlencode({})", special={"$": "\\$"}, joined=" . ".join)

_PHP_PROGRAM = """\
<?php
$body = <<<'JSON'
<body>
JSON;

<env>
<show>
$url = <address>;
$curl = curl_init($url);
curl_setopt_array($curl, [
    CURLOPT_POST => true,
    CURLOPT_HTTPHEADER => [
<headers>
    ],
    CURLOPT_POSTFIELDS => $body,
<options>
]);
$reply = curl_exec($curl);
$status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
if ($reply === false || $status !== 200) {
    fwrite(STDERR, $status . ': ' . curl_error($curl) . <error> . "\\n");
    exit(1);
}
<reply>
"""
_PHP_ENV = """\
function env(string $name): string
{
    $value = getenv($name);
    if ($value === false || $value === '') {
        fwrite(STDERR, "$name is not set\\n");
        exit(1);
    }
    return $value;
}

"""
_PHP_SHOW = """\
$rest = '';
$show = function ($curl, string $piece) use (&$rest): int {
    $rest .= $piece;
    $fine = curl_getinfo($curl, CURLINFO_RESPONSE_CODE) === 200;
    while ($fine && ($end = strpos($rest, "\\n")) !== false) {
        $line = substr($rest, 0, $end);
        $rest = substr($rest, $end + 1);
        $chunk = str_starts_with($line, 'data:') ? json_decode(substr($line, 5), true) : null;
        foreach ($chunk['choices'] ?? [] as $choice) {
            echo $choice['delta']['content'] ?? '';
        }
    }
    return strlen($piece);
};

"""
_PHP_WHOLE = """\
foreach (json_decode($reply, true)['choices'] as $choice) {
    echo $choice['message']['content'], "\\n";
}
"""


def to_php(request: Request) -> str:
    """Return a script for PHP 8 with its curl extension."""
    options = f"    CURLOPT_{'WRITEFUNCTION => $show' if request.streams else 'RETURNTRANSFER => true'},\n"
    if not request.verify:
        options += "    CURLOPT_SSL_VERIFYPEER => false,\n    CURLOPT_SSL_VERIFYHOST => 0,\n"
    elif request.ca_file:
        options += f"    CURLOPT_CAINFO => {_PHP.text(request.ca_file)},\n"
    # Without a value curl would take the header away; a semicolon says that it is meant.
    headers = ""
    for name, value in request.headers:
        line = f"{name}: {value.text}" if value.text or value.variable else f"{name};"
        headers += f"        {_PHP.value(Value(line, value.variable))},\n"
    return filled(
        _PHP_PROGRAM,
        body=f"{body(request)}\n",
        address=_PHP.address(request),
        headers=headers,
        options=options,
        show=_PHP_SHOW if request.streams else "",
        error="$rest" if request.streams else "$reply",
        reply='echo "\\n";\n' if request.streams else _PHP_WHOLE,
        env=_PHP_ENV if request.variables() else "",
    )


_RUBY = Notation(braces, "ERB::Util.url_encode({})", special={"#": "\\#"})

_RUBY_PROGRAM = """\
<erb>
require "json"
require "net/http"

BODY = <<'JSON'
<body>
JSON

<env>
uri = URI(<address>)
request = Net::HTTP::Post.new(uri)
<headers>
request.body = BODY
how = { use_ssl: uri.scheme == "https", read_timeout: 120<trust> }
Net::HTTP.start(uri.hostname, uri.port, **how) do |http|
  http.request(request) do |response|
    abort "#{response.code}: #{response.body}" unless response.is_a?(Net::HTTPSuccess)
<reply>
  end
end
"""
_RUBY_ENV = """\
def env(name)
  value = ENV.fetch(name, "")
  abort "#{name} is not set" if value.empty?
  value
end

"""
_RUBY_STREAM = """\
    rest = ""
    response.read_body do |piece|
      *lines, rest = (rest.b + piece).split("\\n", -1)
      lines.each do |line|
        data = line.delete_prefix("data:").strip
        next if !line.start_with?("data:") || data == "[DONE]"

        JSON.parse(data)["choices"]&.each { |choice| print choice.dig("delta", "content") }
        $stdout.flush
      end
    end
    puts
"""
_RUBY_WHOLE = """\
    JSON.parse(response.body)["choices"].each { |choice| puts choice.dig("message", "content") }
"""


def to_ruby(request: Request) -> str:
    """Return a script for Ruby 2.5 and later."""
    trust = ""
    if not request.verify:
        trust = ", verify_mode: OpenSSL::SSL::VERIFY_NONE"
    elif request.ca_file:
        trust = f", ca_file: {_RUBY.text(request.ca_file)}"
    return filled(
        _RUBY_PROGRAM,
        body=f"{body(request)}\n",
        address=_RUBY.address(request),
        headers=_RUBY.pairs(request, "request[{0}] = {1}\n"),
        trust=trust,
        erb='require "erb"\n' if any(value.variable for _, value in request.query) else "",
        reply=_RUBY_STREAM if request.streams else _RUBY_WHOLE,
        env=_RUBY_ENV if request.variables() else "",
    )


_R = Notation(
    code_point,
    "curl::curl_escape({})",
    joined=lambda parts: parts[0] if len(parts) == 1 else f"paste0({', '.join(parts)})",
)

_R_PROGRAM = """\
library(httr)

body <- <body>

<env>
<show>
url <- <address>
response <- POST(
  url,
  add_headers(.headers = c(
<headers>
  )),
  config(followlocation = 0L<trust>),
<stream>
  body = body
)
if (status_code(response) != 200) {
  stop(status_code(response), ": ", <error>, call. = FALSE)
}
<reply>
"""
_R_ENV = """\
env <- function(name) {
  value <- Sys.getenv(name)
  if (value == "") stop(name, " is not set", call. = FALSE)
  value
}

"""
_R_SHOW = """\
rest <- raw(0)
other <- character(0)
show <- function(piece) {
  rest <<- c(rest, piece)
  ends <- which(rest == charToRaw("\\n"))
  if (length(ends) == 0) return()
  whole <- seq_along(rest) <= max(ends)
  lines <- strsplit(rawToChar(rest[whole]), "\\n")[[1]]
  rest <<- rest[!whole]
  other <<- c(other, lines[!startsWith(lines, "data:")])
  for (data in trimws(sub("^data:", "", lines[startsWith(lines, "data:")]))) {
    if (data == "[DONE]") next
    chunk <- jsonlite::fromJSON(data, simplifyVector = FALSE)
    for (choice in chunk$choices) cat(choice$delta$content)
  }
}

"""
_R_WHOLE = """\
for (choice in content(response, "parsed", "application/json")$choices) {
  cat(choice$message$content, "\\n", sep = "")
}
"""


def _raw(text: str) -> str:
    """Return a raw string of R, or several: R may cut a line of 4,096 bytes within a character."""
    dashes = "-"
    while f'){dashes}"' in text:
        dashes += "-"
    cut = re.sub(r".{1000}(?=.)", "\\g<0>\0", text).split("\0")
    pieces = [f'r"{dashes}({piece}){dashes}"' for piece in cut]
    return pieces[0] if len(pieces) == 1 else "paste0(\n" + ",\n".join(pieces) + "\n)"


def to_r(request: Request) -> str:
    """Return a script for R 4 and later."""
    trust = ""
    if not request.verify:
        trust = ", ssl_verifypeer = 0L, ssl_verifyhost = 0L"
    elif request.ca_file:
        trust = f", cainfo = {_R.text(request.ca_file)}"
    return filled(
        _R_PROGRAM,
        body=_raw(body(request)),
        address=_R.address(request),
        headers=_R.pairs(request, "    {0} = {1},\n").removesuffix(",\n") + "\n",
        trust=trust,
        show=_R_SHOW if request.streams else "",
        stream="  write_stream(show),\n" if request.streams else "",
        error='paste(c(other, rawToChar(rest)), collapse = "\\n")'
        if request.streams
        else 'content(response, "text")',
        reply='cat("\\n")\n' if request.streams else _R_WHOLE,
        env=_R_ENV if request.variables() else "",
    )

"""A request as a program that sends it: curl, Python, JavaScript, and an `.http` file.

Secrets are read from the environment, and a program that lacks one says so.
"""

import re
from urllib.parse import quote

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.parameters.table import PARAMETERS
from zatsudan.sessions.exports.literals import (
    JAVASCRIPT,
    PYTHON,
    code_point,
    compact,
    literal,
    units,
)
from zatsudan.sessions.exports.notation import Notation
from zatsudan.sessions.exports.outgoing import Request, Value

#: Integers beyond this lose digits in JavaScript (2**53 - 1).
SAFE_INTEGER = 9_007_199_254_740_991

#: What `chat.completions.create` of the openai package takes by name; all other fields go
#: through `extra_body`, which takes any.
NAMED = {"model", "messages", *(row.name for row in PARAMETERS if row.keyword)}


def _shell(value: Value) -> str:
    """Return the inside of a double-quoted word of the shell."""
    text = re.sub(r'([\\"$`])', r"\\\1", value.text)
    return text + (f"${{{value.variable}:?}}" if value.variable else "")


def to_curl(request: Request) -> str:
    """Return a command for any POSIX shell.

    The body comes as a here-document: it has no limit of length, and no line
    of JSON can be its end mark. So do headers with a secret, which everybody on
    the machine could read among curl's arguments. A secret in the query is put in
    as it is: the shell cannot encode it.
    """
    query = "&".join(
        f"{quote(name)}={_shell(Value(quote(value.text), value.variable))}"
        for name, value in request.query
    )
    url = _shell(Value(request.url)) + (f"?{query}" if query else "")
    # --globoff: brackets in the address are those of IPv6.
    lines = ["curl --silent --show-error --no-buffer --globoff", f'"{url}"']
    secret = [
        f"{name}: {_shell(value)}" for name, value in request.headers if _is_apart(name, value)
    ]
    lines += [
        f'--header "{_shell(Value(name))}: {_shell(value)}"'
        for name, value in request.headers
        if not _is_apart(name, value)
    ]
    lines += ["--header @/dev/fd/3"] if secret else []
    if request.ca_file:
        lines.append(f'--cacert "{_shell(Value(request.ca_file))}"')
    if not request.verify:
        lines.append("--insecure")
    lines.append("--data-binary @-" + (" 3<<HEADERS" if secret else "") + " <<'JSON'")
    apart = "".join(f"{line}\n" for line in [*secret, "HEADERS"]) if secret else ""
    return " \\\n  ".join(lines) + f"\n{apart}{literal(request.body)}\nJSON\n"


def _is_apart(name: str, value: Value) -> bool:
    """Tell whether a header comes in a file of its own: its value is secret, and no character of its name matters there."""
    return bool(value.variable) and re.fullmatch(r"[A-Za-z0-9_-]+", name) is not None


_PYTHON = Notation(code_point, "", env="os.environ[{}]")


def _python_pairs(pairs: tuple[tuple[str, Value], ...], indent: str = "") -> str:
    lines = [f"{indent}  {PYTHON.text(name)}: {_PYTHON.value(value)},\n" for name, value in pairs]
    return f"{{\n{''.join(lines)}{indent}}}"


_HTTPX_STREAM = """
with httpx.stream("POST", url, params=query, headers=headers, json=body, **how) as response:
    if response.is_error:
        raise SystemExit(f"{response.status_code}: {response.read().decode()}")
    rest = b""
    for piece in response.iter_bytes():
        *lines, rest = (rest + piece).split(b"\\n")
        for line in lines:
            data = line.removeprefix(b"data:").strip()
            if line.startswith(b"data:") and data != b"[DONE]":
                for choice in json.loads(data).get("choices") or []:
                    print((choice.get("delta") or {}).get("content") or "", end="", flush=True)
print()
"""
_HTTPX_WHOLE = """
response = httpx.post(url, params=query, headers=headers, json=body, **how)
if response.is_error:
    raise SystemExit(f"{response.status_code}: {response.text}")
for choice in response.json()["choices"]:
    print(choice["message"]["content"])
"""


def _python_how(request: Request) -> str:
    verify = f', "verify": {_python_trust(request)}' if _python_trust(request) else ""
    return f'{{"timeout": 120{verify}}}'


def _python_trust(request: Request) -> str:
    if not request.verify:
        return "False"
    path = PYTHON.text(request.ca_file)
    return f"ssl.create_default_context(cafile={path})" if request.ca_file else ""


def to_python(request: Request) -> str:
    """Return a program that needs httpx only."""
    imports = "import json\n" if request.streams else ""
    imports += "import os\n" if request.variables() else ""
    imports += "import ssl\n" if request.ca_file and request.verify else ""
    query = _python_pairs(request.query) if request.query else "None"
    return (
        f"{imports}\nimport httpx\n\n"
        f"url = {PYTHON.text(request.url)}\n"
        f"query = {query}\n"
        f"headers = {_python_pairs(request.headers)}\n"
        f"body = {literal(request.body, PYTHON)}\n"
        f"how = {_python_how(request)}\n"
        f"{_HTTPX_STREAM if request.streams else _HTTPX_WHOLE}"
    ).lstrip("\n")


_OPENAI_STREAM = """
for chunk in reply:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()
"""
_OPENAI_WHOLE = """
for choice in reply.choices:
    print(choice.message.content)
"""


def to_python_openai(request: Request) -> str:
    """Return a program for the openai package."""
    key = Value("none")  # the package wants one, also for servers without
    headers: list[tuple[str, Value]] = []
    for name, value in request.headers:
        if name.lower() == "authorization" and value.text.lower() == "bearer ":
            key = Value("", value.variable)
        elif name.lower() not in ("accept", "content-type"):
            headers.append((name, value))
    base_url = request.url.removesuffix("/chat/completions")
    client = [f"api_key={_PYTHON.value(key)}", f"base_url={PYTHON.text(base_url)}", "max_retries=0"]
    if headers:
        client.append(f"default_headers={_python_pairs(tuple(headers), '  ')}")
    if request.query:
        client.append(f"default_query={_python_pairs(request.query, '  ')}")
    trust = _python_trust(request)
    if trust:
        client.append(f"http_client=DefaultHttpxClient(verify={trust})")
    further = {name: value for name, value in request.body.items() if name not in NAMED}
    fields = [
        f"{name}={literal(value, PYTHON, '  ')}"
        for name, value in request.body.items()
        if name in NAMED
    ]
    if further:
        fields.append(f"extra_body={literal(dict(further), PYTHON, '  ')}")
    imports = "import os\n" if request.variables() else ""
    imports += "import ssl\n" if request.ca_file and request.verify else ""
    imports += "\n" if imports else ""
    return (
        f"{imports}from openai import {'DefaultHttpxClient, ' if trust else ''}OpenAI\n\n"
        f"client = OpenAI(\n{_arguments(client)})\n"
        f"reply = client.chat.completions.create(\n{_arguments(fields)})\n"
        f"{_OPENAI_STREAM if request.streams else _OPENAI_WHOLE}"
    )


def _arguments(items: list[str]) -> str:
    return "".join(f"  {item},\n" for item in items)


_JAVASCRIPT = Notation(units, "encodeURIComponent({})")

_ENV = """
function env(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
"""
_FETCH = """
const response = await fetch(url, { method: "POST", headers, body: %s, redirect: "error" });
if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
"""
_FETCH_STREAM = """
const decoder = new TextDecoder();
let rest = "";
for await (const piece of response.body) {
  const lines = (rest + decoder.decode(piece, { stream: true })).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const data = line.slice(5).trim();
    if (line.startsWith("data:") && data !== "[DONE]") {
      for (const choice of JSON.parse(data).choices ?? []) {
        process.stdout.write(choice.delta?.content ?? "");
      }
    }
  }
}
console.log();
"""
_FETCH_WHOLE = """
for (const choice of (await response.json()).choices) console.log(choice.message.content);
"""


def to_javascript(request: Request) -> str:
    """Return a module for Node 18 and later."""
    headers = "".join(
        f"  {JAVASCRIPT.key(name)}: {_JAVASCRIPT.value(value)},\n"
        for name, value in request.headers
    )
    if _has_large_integer(request.body):
        # As text: JavaScript's numbers cannot hold it.
        body, sent = JAVASCRIPT.text(compact(request.body)), "body"
    else:
        body, sent = literal(request.body, JAVASCRIPT), "JSON.stringify(body)"
    trust = "NODE_TLS_REJECT_UNAUTHORIZED=0" if not request.verify else ""
    if request.ca_file and request.verify:
        trust = f"NODE_EXTRA_CA_CERTS={JAVASCRIPT.text(request.ca_file)}"
    return (
        f"{f'// Run it with {trust} in the environment.' if trust else ''}\n"
        f"const url = {_JAVASCRIPT.address(request)};\n"
        f"const headers = {{\n{headers}}};\n"
        f"const body = {body};\n"
        f"{_FETCH % sent}{_FETCH_STREAM if request.streams else _FETCH_WHOLE}"
        f"{_ENV if request.variables() else ''}"
    ).lstrip("\n")


def _has_large_integer(body: JsonObject) -> bool:
    rest: list[Json] = [body]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += value.values()
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, int) and abs(value) > SAFE_INTEGER:
            return True
    return False


def to_http(request: Request) -> str:
    """Return an `.http` file as the REST clients of editors run it."""

    def text(value: Value) -> str:
        return value.text + (f"{{{{$processEnv {value.variable}}}}}" if value.variable else "")

    query = "&".join(
        f"{quote(name)}={text(Value(quote(value.text), value.variable))}"
        for name, value in request.query
    )
    lines = [f"POST {request.url}{'?' if query else ''}{query} HTTP/1.1"]
    lines += [f"{name}: {text(value)}" for name, value in request.headers]
    # Two braces would begin a variable.
    body = literal(request.body).replace("{{", "{\\u007b")
    return "\n".join([*lines, "", body, ""])

"""A request as a program in Java (java.net.http), C# (HttpClient) and Dart (dart:io)."""

from zatsudan.sessions.exports.literals import code_point, units
from zatsudan.sessions.exports.notation import Notation, body, braces, filled
from zatsudan.sessions.exports.outgoing import Request

_JAVA = Notation(units, 'URLEncoder.encode({}, StandardCharsets.UTF_8).replace("+", "%20")')
#: A constant of Java is at most 65,535 bytes, of which a character takes three or less.
_CONSTANT = 20_000

_JAVA_PROGRAM = """\
// java request.java
import java.net.URI;
<encoder>
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
<charsets>

class Request {
  static final String BODY = <body>;

  public static void main(String[] args) throws Exception {
    var url = <address>;
    var request = HttpRequest.newBuilder(URI.create(url))
<headers>
        .POST(BodyPublishers.ofString(BODY))
        .build();
<trust>
    // Not every server of HTTP/1.1 takes the offer of HTTP/2.
    var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    var response = client.send(request, BodyHandlers.ofLines());
    response.body().forEach(System.out::println);
    if (response.statusCode() != 200) {
      System.err.println(response.statusCode());
      System.exit(1);
    }
  }
<env>
}
"""
_JAVA_ENV = """
  static String env(String name) {
    var value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      System.err.println(name + " is not set");
      System.exit(1);
    }
    return value;
  }
"""


def _text_block(text: str) -> str:
    lines = text.replace("\\", "\\\\").splitlines()
    return '"""\n' + "".join(f"      {line}\n" for line in lines[:-1]) + f'      {lines[-1]}"""'


def to_java(request: Request) -> str:
    """Return a program for Java 15 and later, which shows what comes as it comes."""
    text = body(request)
    block = _text_block(text)
    if len(text) > _CONSTANT:
        pieces = (text[start : start + _CONSTANT] for start in range(0, len(text), _CONSTANT))
        constants = ",".join(f"\n      {_JAVA.text(piece)}" for piece in pieces)
        block = f'String.join("",{constants})'
    trust, certificate = "", _JAVA.certificate(request)
    if certificate:
        trust = (
            "    // Run it with -Djavax.net.ssl.trustStore=FILE, into which keytool -importcert\n"
            f"    // took {certificate}.\n"
        )
    secret_query = any(value.variable for _, value in request.query)
    return filled(
        _JAVA_PROGRAM,
        body=block,
        address=_JAVA.address(request),
        headers=_JAVA.pairs(request, "        .header({0}, {1})\n"),
        trust=trust,
        encoder="import java.net.URLEncoder;\n" if secret_query else "",
        charsets="import java.nio.charset.StandardCharsets;\n" if secret_query else "",
        env=_JAVA_ENV if request.variables() else "",
    )


_CSHARP = Notation(code_point, "Uri.EscapeDataString({})", env="Env({})")

_CSHARP_PROGRAM = """\
using System;
using System.IO;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;

class Program
{
    const string Body = @"<body>";

    static int Main() => Send().GetAwaiter().GetResult();

    static async Task<int> Send()
    {
        var url = <address>;
        var handler = new HttpClientHandler { AllowAutoRedirect = false };
<trust>
        using (var client = new HttpClient(handler))
        using (var request = new HttpRequestMessage(HttpMethod.Post, url))
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body));
<headers>
            using (var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
            using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync()))
            {
                string line;
                while ((line = await reader.ReadLineAsync()) != null) Console.WriteLine(line);
                if (response.IsSuccessStatusCode) return 0;
                Console.Error.WriteLine((int)response.StatusCode);
                return 1;
            }
        }
    }
<env>
}
"""
_CSHARP_ENV = """
    static string Env(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (!string.IsNullOrEmpty(value)) return value;
        Console.Error.WriteLine(name + " is not set");
        Environment.Exit(1);
        return "";
    }
"""


def to_csharp(request: Request) -> str:
    """Return a program for .NET, which shows what comes as it comes."""
    trust = ""
    if not request.verify:
        trust = "        handler.ServerCertificateCustomValidationCallback = (sent, certificate, chain, errors) => true;\n"
    elif request.ca_file:
        file = _CSHARP.text(request.ca_file)
        trust = f"        // Certificates: on Linux run it with SSL_CERT_FILE={file} in the environment.\n"
    headers = "".join(
        f"            request.{'Content.' if _of_content(name) else ''}Headers"
        f".TryAddWithoutValidation({_CSHARP.text(name)}, {_CSHARP.value(value)});\n"
        for name, value in request.headers
    )
    return filled(
        _CSHARP_PROGRAM,
        body=body(request).replace('"', '""'),
        address=_CSHARP.address(request),
        headers=headers,
        trust=trust,
        env=_CSHARP_ENV if request.variables() else "",
    )


def _of_content(name: str) -> bool:
    """Tell whether .NET keeps a header with the content."""
    return name.lower().startswith("content-") or name.lower() in (
        "allow",
        "expires",
        "last-modified",
    )


_DART = Notation(braces, "Uri.encodeComponent({})", special={"$": "\\$"})

_DART_PROGRAM = """\
// dart run request.dart
import 'dart:convert';
import 'dart:io';

const body = r\"""
<body>
\""";

Future<void> main() async {
<trust>
  final url = <address>;
  final request = await client.postUrl(Uri.parse(url));
<headers>
  final bytes = utf8.encode(body);
  request.contentLength = bytes.length;
  request.followRedirects = false;
  request.add(bytes);
  final response = await request.close();
  final text = response.transform(utf8.decoder);
  if (response.statusCode != 200) {
    stderr.writeln('${response.statusCode}: ${await text.join()}');
    exit(1);
  }
<reply>
  client.close();
}
<env>"""
_DART_STREAM = """\
  await for (final line in text.transform(const LineSplitter())) {
    final data = line.startsWith('data:') ? line.substring(5).trim() : '';
    if (data.isEmpty || data == '[DONE]') continue;
    for (final choice in jsonDecode(data)['choices'] ?? []) {
      stdout.write(choice['delta']?['content'] ?? '');
    }
  }
  stdout.writeln();
"""
_DART_WHOLE = """\
  for (final choice in jsonDecode(await text.join())['choices']) {
    print(choice['message']['content']);
  }
"""
_DART_ENV = """
String env(String name) {
  final value = Platform.environment[name] ?? '';
  if (value.isNotEmpty) return value;
  stderr.writeln('$name is not set');
  exit(1);
}
"""


def to_dart(request: Request) -> str:
    """Return a program for Dart 3, and for Flutter where there is dart:io."""
    trust = "  final client = HttpClient();\n"
    if not request.verify:
        trust += "  client.badCertificateCallback = (certificate, host, port) => true;\n"
    elif request.ca_file:
        trust = (
            "  final context = SecurityContext();\n"
            f"  context.setTrustedCertificates({_DART.text(request.ca_file)});\n"
            "  final client = HttpClient(context: context);\n"
        )
    return filled(
        _DART_PROGRAM,
        body=f"{body(request)}\n",
        address=_DART.address(request),
        headers=_DART.pairs(request, "  request.headers.set({0}, {1});\n"),
        trust=trust,
        reply=_DART_STREAM if request.streams else _DART_WHOLE,
        env=_DART_ENV if request.variables() else "",
    )

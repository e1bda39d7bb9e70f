"""A request as a program in Swift (URLSession)."""

from zatsudan.sessions.exports.notation import Notation, body, braces, filled
from zatsudan.sessions.exports.outgoing import Request

_SWIFT = Notation(braces, "{}.addingPercentEncoding(withAllowedCharacters: .alphanumerics)!")

_SWIFT_PROGRAM = """\
import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

let body = <fence>\"""
<body>
\"""<fence>

func show(_ error: String) {
  FileHandle.standardError.write(Data("\\(error)\\n".utf8))
}

<env>
let url = <address>
var request = URLRequest(url: URL(string: url)!)
request.httpMethod = "POST"
<headers>
request.httpBody = Data(body.utf8)

<trust>
<reply>
"""
_SWIFT_ENV = """\
func env(_ name: String) -> String {
  if let value = ProcessInfo.processInfo.environment[name], !value.isEmpty { return value }
  show("\\(name) is not set")
  exit(1)
}

"""
_SWIFT_STREAM = """\
struct Chunk: Decodable {
  struct Choice: Decodable { let delta: Delta? }
  struct Delta: Decodable { let content: String? }
  let choices: [Choice]?
}

// The session calls from one queue, one call after another.
final class Reply: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  var rest = Data()

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    rest.append(data)
    let status = (dataTask.response as? HTTPURLResponse)?.statusCode
    while status == 200, let end = rest.firstIndex(of: UInt8(ascii: "\\n")) {
      let line = rest[..<end]
      rest = Data(rest[(end + 1)...])
      guard line.starts(with: Data("data:".utf8)),
        let chunk = try? JSONDecoder().decode(Chunk.self, from: Data(line.dropFirst(5)))
      else { continue }
      for choice in chunk.choices ?? [] {
        FileHandle.standardOutput.write(Data((choice.delta?.content ?? "").utf8))
      }
    }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: Error?) {
    let status = (task.response as? HTTPURLResponse)?.statusCode ?? 0
    if let error {
      show("\\(error)")
    } else if status != 200 {
      show("\\(status): \\(String(decoding: rest, as: UTF8.self))")
    } else {
      print()
      exit(0)
    }
    exit(1)
  }
}

let session = URLSession(configuration: .default, delegate: Reply(), delegateQueue: nil)
session.dataTask(with: request).resume()
RunLoop.main.run()
"""
_SWIFT_WHOLE = """\
struct Reply: Decodable {
  struct Choice: Decodable { let message: Message }
  struct Message: Decodable { let content: String? }
  let choices: [Choice]
}

let (data, response) = try await URLSession.shared.data(for: request)
let status = (response as? HTTPURLResponse)?.statusCode ?? 0
if status != 200 {
  show("\\(status): \\(String(decoding: data, as: UTF8.self))")
  exit(1)
}
for choice in try JSONDecoder().decode(Reply.self, from: data).choices {
  print(choice.message.content ?? "")
}
"""


def to_swift(request: Request) -> str:
    """Return a program for macOS, and for Linux with Swift 5.9 and later."""
    text = body(request)
    # As many number signs as make no backslash of the text an escape.
    fence = "#"
    while f"\\{fence}" in text:
        fence += "#"
    certificate = _SWIFT.certificate(request)
    return filled(
        _SWIFT_PROGRAM,
        body=f"{text}\n",
        fence=fence,
        address=_SWIFT.address(request),
        headers=_SWIFT.pairs(request, "request.setValue({1}, forHTTPHeaderField: {0})\n"),
        trust=f"// The system says who is trusted: it needs {certificate}.\n"
        if certificate
        else "",
        reply=_SWIFT_STREAM if request.streams else _SWIFT_WHOLE,
        env=_SWIFT_ENV if request.variables() else "",
    )

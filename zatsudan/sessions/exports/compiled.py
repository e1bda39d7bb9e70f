"""A request as a program in Go (net/http) and OCaml (cohttp)."""

from zatsudan.sessions.exports.literals import code_point
from zatsudan.sessions.exports.notation import Notation, body, braces, filled
from zatsudan.sessions.exports.outgoing import Request

#: In an argument gofmt leaves no blanks.
_GO_ARGUMENT = Notation(code_point, "", joined="+".join)
_GO = Notation(code_point, "url.QueryEscape({})")

_GO_PROGRAM = """\
package main

import (
<imports>
)

const body = `<body>`

func main() {
	address := <address>
	request, err := http.NewRequest("POST", address, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
<headers>
	client := &http.Client{<trust>
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		log.Fatalf("%s: %s", response.Status, text)
	}
<reply>
}
<env><pool>"""
_GO_STREAM = """\
	lines := bufio.NewReader(response.Body)
	for err == nil {
		var line string
		line, err = lines.ReadString('\\n')
		data := strings.TrimSpace(strings.TrimPrefix(line, "data:"))
		if !strings.HasPrefix(line, "data:") || data == "[DONE]" {
			continue
		}
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			log.Fatal(err)
		}
		for _, choice := range chunk.Choices {
			fmt.Print(choice.Delta.Content)
		}
	}
	fmt.Println()
	if err != io.EOF {
		log.Fatal(err)
	}
"""
_GO_WHOLE = """\
	var reply struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
		log.Fatal(err)
	}
	for _, choice := range reply.Choices {
		fmt.Println(choice.Message.Content)
	}
"""
_GO_ENV = """
func env(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}
"""
_GO_POOL = """
func trusted(file string) *x509.CertPool {
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return pool
}
"""


def to_go(request: Request) -> str:
    """Return a program for Go 1.17 and later."""
    trust, pool = "", ""
    if not request.verify:
        trust = "InsecureSkipVerify: true"
    elif request.ca_file:
        trust, pool = f"RootCAs: trusted({_GO.text(request.ca_file)})", _GO_POOL
    if trust:
        trust = (
            "\n\t\tTransport:     &http.Transport{"
            f"Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{{{trust}}}}},"
        )
    secret_query = any(value.variable for _, value in request.query)
    imports = {
        "bufio": request.streams,
        "crypto/tls": bool(trust),
        "crypto/x509": bool(pool),
        "encoding/json": True,
        "fmt": True,
        "io": True,
        "log": True,
        "net/http": True,
        "net/url": secret_query,
        "os": bool(pool or request.variables()),
        "strings": True,
    }
    return filled(
        _GO_PROGRAM,
        imports="".join(f'\t"{name}"\n' for name, needed in imports.items() if needed),
        # Nothing is escaped between the marks, and the mark itself cannot stand there.
        body=body(request).replace("`", "\\u0060"),
        address=_GO.address(request),
        headers=_GO_ARGUMENT.pairs(request, "\trequest.Header.Set({0}, {1})\n"),
        trust=trust,
        reply=_GO_STREAM if request.streams else _GO_WHOLE,
        env=_GO_ENV if request.variables() else "",
        pool=pool,
    )


_OCAML = Notation(
    braces,
    "Uri.pct_encode ~component:`Query_value ({})",
    env="env {}",
    joined=" ^ ".join,
)

_OCAML_PROGRAM = """\
(* ocamlfind ocamlopt -thread -package cohttp-lwt-unix -linkpkg request.ml -o request && ./request
   For https it needs lwt_ssl or tls-lwt beside.<trust> *)
open Lwt.Syntax

let body = {json|<body>|json}

<env>
let uri =
  Uri.of_string (<address>)

let headers =
  Cohttp.Header.of_list [
<headers>
  ]

let main =
  let* response, reply =
    Cohttp_lwt_unix.Client.post ~headers ~chunked:false uri
      ~body:(Cohttp_lwt.Body.of_string body)
  in
  let show piece =
    let* () = Lwt_io.print piece in
    Lwt_io.flush Lwt_io.stdout
  in
  let+ () = Lwt_stream.iter_s show (Cohttp_lwt.Body.to_stream reply) in
  let status = Cohttp.Response.status response in
  if Cohttp.Code.(code_of_status status >= 400) then begin
    prerr_endline (Cohttp.Code.string_of_status status);
    exit 1
  end

let () = Lwt_main.run main
"""
_OCAML_ENV = """\
let env name =
  match Sys.getenv_opt name with
  | Some value when value <> "" -> value
  | _ ->
    prerr_endline (name ^ " is not set");
    exit 1

"""


def to_ocaml(request: Request) -> str:
    """Return a program for OCaml 4.08 and later, which shows what comes as it comes."""
    certificate = _OCAML.certificate(request)
    return filled(
        _OCAML_PROGRAM,
        body=body(request).replace("|json}", "|json\\u007d"),
        address=_OCAML.address(request),
        headers=_OCAML.pairs(request, "    ({0}, {1});\n"),
        trust=f"\n   The system says who is trusted: it needs {certificate}."
        if certificate
        else "",
        env=_OCAML_ENV if request.variables() else "",
    )

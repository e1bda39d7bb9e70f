"""A request as a program in C (libcurl) and Objective-C (NSURLSession), which show what comes as it comes."""

import re
from functools import reduce

from zatsudan.sessions.exports.notation import Notation, body, filled, octets
from zatsudan.sessions.exports.outgoing import Request, Value


class _WithoutTrigraphs(Notation):
    """Strings of C, in which two question marks may begin another character."""

    def text(self, text: str) -> str:
        return re.sub(r"\?(?=\?)", r"?\\", super().text(text))


def _join(parts: list[str]) -> str:
    return reduce(lambda before, part: f"join({before}, {part})", parts)


def _pieces(notation: Notation, text: str, indent: str) -> str:
    """Return a string in pieces, one for each line of JSON, of which the ends of lines are not needed."""
    return "\n".join(f"{indent}{notation.text(line)}" for line in text.splitlines())


_C = _WithoutTrigraphs(octets, "curl_easy_escape(curl, {}, 0)", joined=_join)

_C_PROGRAM = """\
/* cc request.c -lcurl -o request && ./request */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char body[] =
<body>

<env><join>int main(void) {
  CURL *curl = curl_easy_init();
  const char *url = <address>;
  struct curl_slist *headers = NULL;
<headers>
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)sizeof body - 1);
<trust>
  /* libcurl writes what comes to standard output. */
  setvbuf(stdout, NULL, _IONBF, 0);
  CURLcode code = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) fprintf(stderr, "%s\\n", curl_easy_strerror(code));
  else if (status >= 400) fprintf(stderr, "\\n%ld\\n", status);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return code != CURLE_OK || status >= 400;
}
"""
_C_ENV = """\
static const char *env(const char *name) {
  const char *value = getenv(name);
  if (!value || !*value) {
    fprintf(stderr, "%s is not set\\n", name);
    exit(1);
  }
  return value;
}

"""
_C_JOIN = """\
static char *join(const char *first, const char *second) {
  char *both = malloc(strlen(first) + strlen(second) + 1);
  if (!both) exit(1);
  return strcat(strcpy(both, first), second);
}

"""


def _c_header(name: str, value: Value) -> str:
    # Without a value libcurl would take the header away; a semicolon says that it is meant.
    line = f"{name}: {value.text}" if value.text or value.variable else f"{name};"
    return f"  headers = curl_slist_append(headers, {_C.value(Value(line, value.variable))});\n"


def to_c(request: Request) -> str:
    """Return a program for a C compiler and libcurl."""
    trust = ""
    if request.ca_file:
        trust = f"  curl_easy_setopt(curl, CURLOPT_CAINFO, {_C.text(request.ca_file)});\n"
    if not request.verify:
        trust += "  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);\n"
        trust += "  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);\n"
    secret = bool(request.variables())
    return filled(
        _C_PROGRAM,
        body=_pieces(_C, body(request), "  ") + ";\n",
        headers="".join(_c_header(name, value) for name, value in request.headers),
        address=_C.address(request),
        trust=trust,
        env=_C_ENV if secret else "",
        join=_C_JOIN if secret else "",
    )


_OBJECTIVE_C = _WithoutTrigraphs(
    octets,
    "[{} stringByAddingPercentEncodingWithAllowedCharacters:"
    "[NSCharacterSet alphanumericCharacterSet]]",
    mark='@"',
    joined=lambda parts: reduce(lambda one, part: f"[{one} stringByAppendingString:{part}]", parts),
)

_OBJECTIVE_C_PROGRAM = """\
// clang -framework Foundation request.m -o request && ./request
#import <Foundation/Foundation.h>

static NSString *const body =
<body>

<env>@interface Reply : NSObject <NSURLSessionDataDelegate>
@end

@implementation Reply

- (void)URLSession:(NSURLSession *)session
          dataTask:(NSURLSessionDataTask *)task
    didReceiveData:(NSData *)data {
  [[NSFileHandle fileHandleWithStandardOutput] writeData:data];
}

- (void)URLSession:(NSURLSession *)session
                    task:(NSURLSessionTask *)task
    didCompleteWithError:(NSError *)error {
  NSInteger status = [(NSHTTPURLResponse *)[task response] statusCode];
  if (error) fprintf(stderr, "%s\\n", [[error localizedDescription] UTF8String]);
  else if (status >= 400) fprintf(stderr, "\\n%ld\\n", (long)status);
  exit(error || status >= 400);
}

@end

int main(void) {
  @autoreleasepool {
    NSURL *url = [NSURL URLWithString:<address>];
    NSMutableURLRequest *request = [NSMutableURLRequest requestWithURL:url];
    [request setHTTPMethod:@"POST"];
<headers>
    [request setHTTPBody:[body dataUsingEncoding:NSUTF8StringEncoding]];
<trust>
    NSURLSession *session = [NSURLSession
        sessionWithConfiguration:[NSURLSessionConfiguration defaultSessionConfiguration]
                        delegate:[[Reply alloc] init]
                   delegateQueue:[NSOperationQueue mainQueue]];
    [[session dataTaskWithRequest:request] resume];
    [[NSRunLoop mainRunLoop] run];
  }
}
"""
_OBJECTIVE_C_ENV = """\
static NSString *env(NSString *name) {
  NSString *value = [[[NSProcessInfo processInfo] environment] objectForKey:name];
  if ([value length] == 0) {
    fprintf(stderr, "%s is not set\\n", [name UTF8String]);
    exit(1);
  }
  return value;
}

"""


def to_objective_c(request: Request) -> str:
    """Return a program for macOS."""
    certificate = _C.certificate(request)
    return filled(
        _OBJECTIVE_C_PROGRAM,
        # The first mark makes one string of them all.
        body=f"    @{_pieces(_C, body(request), '    ').lstrip()};\n",
        headers=_OBJECTIVE_C.pairs(request, "    [request setValue:{1} forHTTPHeaderField:{0}];\n"),
        address=_OBJECTIVE_C.address(request),
        trust=f"    // The keychain says who is trusted: it needs {certificate}.\n"
        if certificate
        else "",
        env=_OBJECTIVE_C_ENV if request.variables() else "",
    )

// What a program that uses NSURLSession needs of it, made of NSURLConnection: Debian's GNUstep is
// built without NSURLSession. It is put before the program (-include), which stays as it is.
#import <Foundation/Foundation.h>

@class NSURLSession, NSURLSessionTask, NSURLSessionDataTask;

@protocol NSURLSessionDataDelegate <NSObject>
- (void)URLSession:(NSURLSession *)session
          dataTask:(NSURLSessionDataTask *)task
    didReceiveData:(NSData *)data;
- (void)URLSession:(NSURLSession *)session
                    task:(NSURLSessionTask *)task
    didCompleteWithError:(NSError *)error;
@end

@interface NSURLSessionConfiguration : NSObject
+ (NSURLSessionConfiguration *)defaultSessionConfiguration;
@end

@implementation NSURLSessionConfiguration
+ (NSURLSessionConfiguration *)defaultSessionConfiguration {
  return [[self alloc] init];
}
@end

@interface NSURLSessionTask : NSObject {
 @public
  NSURLRequest *_request;
  NSURLResponse *_response;
  id<NSURLSessionDataDelegate> _delegate;
}
- (NSURLResponse *)response;
- (void)resume;
@end

@interface NSURLSessionDataTask : NSURLSessionTask
@end

@implementation NSURLSessionTask
- (NSURLResponse *)response {
  return _response;
}
- (void)resume {
  [NSURLConnection connectionWithRequest:_request delegate:self];
}
- (void)connection:(NSURLConnection *)connection didReceiveResponse:(NSURLResponse *)response {
  _response = [response retain];
}
- (void)connection:(NSURLConnection *)connection didReceiveData:(NSData *)data {
  [_delegate URLSession:nil dataTask:(NSURLSessionDataTask *)self didReceiveData:data];
}
- (void)connection:(NSURLConnection *)connection didFailWithError:(NSError *)error {
  [_delegate URLSession:nil task:self didCompleteWithError:error];
}
- (void)connectionDidFinishLoading:(NSURLConnection *)connection {
  [_delegate URLSession:nil task:self didCompleteWithError:nil];
}
@end

@implementation NSURLSessionDataTask
@end

@interface NSURLSession : NSObject {
  id<NSURLSessionDataDelegate> _delegate;
}
+ (NSURLSession *)sessionWithConfiguration:(NSURLSessionConfiguration *)configuration
                                  delegate:(id<NSURLSessionDataDelegate>)delegate
                             delegateQueue:(NSOperationQueue *)queue;
- (NSURLSessionDataTask *)dataTaskWithRequest:(NSURLRequest *)request;
@end

@implementation NSURLSession
+ (NSURLSession *)sessionWithConfiguration:(NSURLSessionConfiguration *)configuration
                                  delegate:(id<NSURLSessionDataDelegate>)delegate
                             delegateQueue:(NSOperationQueue *)queue {
  NSURLSession *session = [[self alloc] init];
  session->_delegate = [delegate retain];
  return session;
}
- (NSURLSessionDataTask *)dataTaskWithRequest:(NSURLRequest *)request {
  NSURLSessionDataTask *task = [[NSURLSessionDataTask alloc] init];
  task->_request = [request retain];
  task->_delegate = _delegate;
  return task;
}
@end

import Foundation
import NIOCore
import NIOHTTP1

/// Gathers the parts of one connection's requests and writes their answers.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: EndpointTestServer
    private var head: HTTPRequestHead?
    private var body = Data()

    init(server: EndpointTestServer) {
        self.server = server
    }

    func channelActive(context: ChannelHandlerContext) {
        server.connected(context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.disconnected(context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = Data()
        case .body(let buffer): body.append(contentsOf: buffer.readableBytesView)
        case .end: answerRequest(on: context.channel)
        }
    }

    private func answerRequest(on channel: any Channel) {
        guard let head else { return }
        let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        server.answer(headers: headers, path: head.uri, body: body) { Self.write($0, to: channel) }
    }

    private static func write(_ answer: EndpointTestServer.Answer, to channel: any Channel) {
        switch answer {
        case .silence: return
        case .hangUp: channel.close(promise: nil)
        case .cut: write(200, [:], "{\"choices\": [", length: 1000, to: channel, closes: true)
        case .http(let status, let headers, let body):
            write(status, headers, body, length: body.utf8.count, to: channel, closes: false)
        }
    }

    private static func write(
        _ status: Int, _ headers: [String: String], _ body: String, length: Int, to channel: any Channel, closes: Bool
    ) {
        var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
        fields.add(name: "Content-Length", value: "\(length)")
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body)))
        guard closes else {
            channel.write(part, promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
            return
        }
        channel.writeAndFlush(part).whenComplete { _ in channel.close(promise: nil) }
    }
}

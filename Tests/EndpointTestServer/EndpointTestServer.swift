import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on this machine that answers requests for chat completions as a test says.
public final class EndpointTestServer: Sendable {
    /// A request as it came.
    public struct Request: Sendable {
        /// How many requests came before.
        public let index: Int
        public let headers: [String: String]
        public let path: String
        public let body: Data

        /// The digest that the client sends, the same for the same request.
        public var identifier: String { headers["idempotency-key"] ?? "" }

        /// The body's JSON object.
        public var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:]
        }

        /// The content of every message.
        public var contents: [String] {
            ((json["messages"] as? [[String: String]]) ?? []).compactMap { $0["content"] }
        }
    }

    /// What the server does about a request.
    public enum Answer: Sendable {
        /// An HTTP answer.
        case http(Int, headers: [String: String] = [:], String)
        /// Nothing, with the connection left open.
        case silence
        /// The head and half of a body, and then the end of the connection.
        case cut
        /// The end of the connection.
        case hangUp

        /// A chat completion.
        public static func completion(
            _ text: String, finishReason: String = "stop", promptTokens: Int = 10, completionTokens: Int = 5
        ) -> Answer {
            let choice: [String: Any] = [
                "index": 0, "finish_reason": finishReason, "message": ["role": "assistant", "content": text],
            ]
            return json([
                "id": "1", "object": "chat.completion", "choices": [choice],
                "usage": ["prompt_tokens": promptTokens, "completion_tokens": completionTokens],
            ])
        }

        /// Any JSON object.
        public static func json(_ object: [String: Any], status: Int = 200, headers: [String: String] = [:]) -> Answer {
            let data = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
            return .http(
                status, headers: headers.merging(["Content-Type": "application/json"]) { $1 },
                String(decoding: data, as: UTF8.self))
        }

        /// An error in OpenAI's form.
        public static func error(
            _ status: Int, _ message: String, code: String? = nil, headers: [String: String] = [:]
        ) -> Answer {
            .json(["error": ["message": message, "code": code as Any? ?? NSNull()]], status: status, headers: headers)
        }
    }

    private struct State {
        var requests: [Request] = []
        var underWay = 0
        var mostUnderWay = 0
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isStopped = false
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Request) async -> Answer
    private let listener = Mutex<(any Channel)?>(nil)

    /// Starts a server on a free port, or a given one.
    ///
    /// - Parameter answer: says what to do about each request; several may be asked about at once.
    public init(port: Int = 0, _ answer: @escaping @Sendable (Request) async -> Answer) async throws {
        self.answer = answer
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(ChannelOptions.backlog, value: 256)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        listener.withLock { $0 = channel }
    }

    /// The port it listens on; 0 once it is stopped.
    public var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }

    /// What a client adds `/chat/completions` to.
    public var baseURL: String { "http://127.0.0.1:\(port)/v1" }

    /// Every request so far, in the order in which they came.
    public var requests: [Request] { state.withLock { $0.requests } }

    /// The most requests that were waiting for their answers at once.
    public var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    func connected(_ channel: any Channel) {
        let isStopped = state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = channel
            return state.isStopped
        }
        if isStopped { channel.close(promise: nil) }
    }

    func disconnected(_ channel: any Channel) {
        state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    /// Notes a request and hands over its answer.
    func answer(
        headers: [String: String], path: String, body: Data, _ write: @escaping @Sendable (Answer) -> Void
    ) {
        let request = state.withLock { state in
            let request = Request(index: state.requests.count, headers: headers, path: path, body: body)
            state.requests.append(request)
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            return request
        }
        // Not among the threads that run tests, all of which may be waiting for an answer.
        Task(executorPreference: QueueExecutor.shared) { [self] in
            let answer = await answer(request)
            state.withLock { $0.underWay -= 1 }
            write(answer)
        }
    }

    /// Stops listening and cuts every connection.
    public func stop() async {
        let channel = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        try? await channel?.close()
        let connections = state.withLock { state in
            state.isStopped = true
            return Array(state.connections.values)
        }
        for connection in connections { try? await connection.close() }
    }
}

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// An answer as it came.
struct HTTPAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: Data
}

/// Sends requests to one address and waits for whole answers.
final class HTTPExchange: Sendable {
    /// Far above any reply; an endless answer must not fill the memory.
    private static let largestAnswer = 64 << 20

    private let client: HTTPClient
    private let address: EndpointAddress
    private let key: APIKey?
    private let timeout: Duration

    init(_ configuration: EndpointConfiguration, address: EndpointAddress, key: APIKey?) {
        var settings = HTTPClient.Configuration(
            // A redirect would take the key and the text to an address nobody has named.
            redirectConfiguration: .disallow,
            timeout: .init(connect: .nanoseconds(Duration.seconds(configuration.timeout).nanoseconds)))
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.maxConcurrentRequests
        // Retries are counted and spaced in one place, above.
        settings.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        self.address = address
        self.key = key
        timeout = .seconds(configuration.timeout)
    }

    deinit {
        client.shutdown(queue: .global()) { _ in }
    }

    /// Sends a body and returns the whole answer.
    ///
    /// - Parameters:
    ///   - body: JSON.
    ///   - identifier: the same for the same request, so that a server that heeds it answers a repetition for nothing.
    /// - Throws: ``EndpointFailure`` where no whole answer comes in time, or `CancellationError`.
    func send(_ body: Data, identifier: String) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: address.description)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "signet")
        request.headers.add(name: "Idempotency-Key", value: identifier)
        if let key { request.headers.add(name: "Authorization", value: key.authorization) }
        request.body = .bytes(body)
        return try await withThrowingTaskGroup(of: HTTPAnswer.self) { [request] group in
            group.addTask { try await self.answer(to: request) }
            group.addTask {
                try await Task.sleep(for: self.timeout)
                throw EndpointFailure.passing("no whole answer within \(self.timeout.seconds) s", wait: nil)
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private func answer(to request: HTTPClientRequest) async throws -> HTTPAnswer {
        do {
            let response = try await client.execute(request, deadline: .now() + .nanoseconds(timeout.nanoseconds))
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            return HTTPAnswer(
                status: Int(response.status.code), headers: response.headers, body: Data(body.readableBytesView))
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw EndpointFailure.passing(Self.words(for: error), wait: nil)
        }
    }

    /// What went wrong with a connection, in words of ours: what libraries say may hold anything.
    private static func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the connection was closed midway"
        case let error as HTTPClientError: "no answer (\(error.shortDescription))"
        case let error as IOError: "no connection (\(String(cString: strerror(error.errnoCode))))"
        case is NIOConnectionError: "no connection"
        case is HTTPParserError: "an answer that is not HTTP"
        default: "no answer (\(type(of: error)))"
        }
    }
}

extension Duration {
    /// The time in seconds, for errors.
    var seconds: String {
        let text = String(Double(components.seconds) + Double(components.attoseconds) / 1e18)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Whole nanoseconds.
    var nanoseconds: Int64 {
        Int64(clamping: components.seconds).multipliedReportingOverflow(by: 1_000_000_000).partialValue
            + components.attoseconds / 1_000_000_000
    }
}

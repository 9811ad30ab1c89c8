import Diagnostics
import EndpointTestServer
import Foundation
import Synchronization
import TestSupport
import Tokenizers

@testable import ChatEndpoints

/// A clock on which nobody waits: sleeping moves it on.
final class ManualClock: Sendable {
    private struct State {
        var now: Duration = .seconds(1000)
        var sleeps: [Duration] = []
    }

    private let state = Mutex(State())

    /// Every time that was slept.
    var sleeps: [Duration] { state.withLock { $0.sleeps } }
    var now: Duration { state.withLock { $0.now } }

    var clock: EndpointClock {
        EndpointClock(
            now: { self.now },
            sleep: { time in
                self.state.withLock { state in
                    state.now += time
                    state.sleeps.append(time)
                }
                try Task.checkCancellation()
            },
            date: { Date(timeIntervalSince1970: 784_111_777) })
    }
}

/// A server, a client of it and the client's journal, for one test.
struct EndpointBench: Sendable {
    let server: EndpointTestServer
    let folder: URL
    let clock = ManualClock()

    static let keyVariable = "ENDPOINT_TEST_KEY"
    static let key = "sk-test-0123456789abcdef"

    var journal: URL { folder.appendingPathComponent("replies.journal") }

    /// Runs a test with a server that answers as told; all that is left of it afterwards is gone.
    static func answering(
        _ answer: @escaping @Sendable (EndpointTestServer.Request) async -> EndpointTestServer.Answer,
        test body: (EndpointBench) async throws -> Void
    ) async throws {
        let server = try await EndpointTestServer(answer)
        let folder = try Fixtures.temporaryFolder()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(EndpointBench(server: server, folder: folder)))
        } catch {
            result = .failure(error)
        }
        await server.stop()
        try? FileManager.default.removeItem(at: folder)
        try result.get()
    }

    /// The cache, as soon as the tasks of an earlier client have let go of its journal.
    func open() throws -> ReplyCache {
        while true {
            do {
                return try ReplyCache(journal)
            } catch {
                guard error.exitCode == .tryAgain else { throw error }
                usleep(1000)
            }
        }
    }

    /// A client with a cache of its own, or a given one.
    func endpoint(
        cache: ReplyCache? = nil, clock: EndpointClock? = nil,
        _ change: (inout EndpointConfiguration) -> Void = { _ in }
    ) throws -> ChatEndpoint {
        var configuration = EndpointConfiguration(baseURL: server.baseURL, model: "teacher")
        configuration.keyVariable = Self.keyVariable
        change(&configuration)
        return try ChatEndpoint(
            configuration, cache: try cache ?? open(), environment: [Self.keyVariable: Self.key],
            clock: clock ?? self.clock.clock)
    }
}

/// A conversation of one turn.
func question(_ text: String) -> [ChatMessage] { [ChatMessage(role: "user", content: text)] }

import EndpointTestServer
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

/// `signet distill` as a user runs it, against a server in this process. One after the other: each waits for a process.
@Suite("signet distill", .serialized)
struct SignetDistillTests {
    private static let textCount = 16
    private static let key = "sk-distill-0123456789abcdef"

    /// A folder with texts and a config, and a server.
    private struct Bench {
        let folder: URL
        let server: EndpointTestServer

        /// The arguments that distil into a folder of this one.
        func arguments(_ output: String, _ more: [String] = []) throws -> [String] {
            let config = folder.appendingPathComponent("distill.json")
            func endpoint(_ model: String) -> String {
                """
                {"endpoint": {"base_url": "\(server.baseURL)", "model": "\(model)", "api_key_env": "DISTILL_TEST_KEY",
                 "price_per_million_prompt_tokens": 1000, "price_per_million_completion_tokens": 2000}}
                """
            }
            let json = """
                {"texts": "texts.jsonl", "anonymizer": \(endpoint("anonymizer")), "adversary": \(endpoint("adversary")),
                 "judge": \(endpoint("judge")), "output_dir": "\(output)"}
                """
            try Data(json.utf8).write(to: config)
            return ["distill", "--config", config.path] + more
        }

        func start(_ output: String, _ more: [String] = []) throws -> TrainProcess {
            try TrainProcess(
                arguments(output, more), environment: ["DISTILL_TEST_KEY": SignetDistillTests.key], program: "signet")
        }

        func data(_ output: String, _ name: String = "trajectories.jsonl") throws -> Data {
            try Data(contentsOf: folder.appendingPathComponent("\(output)/\(name)"))
        }

        /// The digests of the requests whose replies are whole in the journal.
        func journalled(_ output: String) throws -> Set<String> {
            let copy = folder.appendingPathComponent("copy.journal")
            try data(output, "replies.journal").write(to: copy)
            var requests: Set<String> = []
            _ = try Journal(copy) { record, _ in
                let value = try? JSONSerialization.jsonObject(with: Data(record)) as? [String: Any]
                if let request = value?["request"] as? String { requests.insert(request) }
            }
            return requests
        }
    }

    private func with(
        _ answer: @escaping @Sendable (EndpointTestServer.Request) async -> EndpointTestServer.Answer,
        test body: (Bench) throws -> Void
    ) async throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(ScriptedTeacher.texts(Self.textCount).utf8).write(to: folder.appendingPathComponent("texts.jsonl"))
        let server = try await EndpointTestServer(answer)
        let result = Result { try body(Bench(folder: folder, server: server)) }
        await server.stop()
        try result.get()
    }

    @Test("a run ends with its counts, tokens and costs, and shows neither texts nor the key")
    func output() async throws {
        try await with(ScriptedTeacher.answer) { bench in
            let outcome = try bench.start("out").wait()
            #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
            let requests = ScriptedTeacher.requestCount(Self.textCount)
            let last = outcome.outputLines.suffix(5)
            #expect(last.first?.hasPrefix("trajectories: 16 of 40 texts in ") == true, "\(outcome.output)")
            let adversary = try #require(last.first { $0.contains("(model adversary)") })
            #expect(
                adversary.hasSuffix(
                    "40 requests, 0 of them again, 40 replies, 400 prompt tokens, 200 completion tokens, cost 0.8000"))
            // 10 prompt tokens of 0.001 and 5 completion tokens of 0.002 a request.
            #expect(last.last == "all: cost " + String(format: "%.4f", Double(requests) * 0.02))
            for secret in [Self.key, "nurse", "Oslo", "34 years", "weather"] {
                #expect(!outcome.output.contains(secret) && !outcome.errors.contains(secret))
            }
            for file in ["config.json", "replies.journal", "trajectories.jsonl", "failed.jsonl"] {
                #expect(!String(decoding: try bench.data("out", file), as: UTF8.self).contains(Self.key))
            }
        }
    }

    @Test("killed at any moment and begun again, it ends with the same file, and nothing that was kept is asked again")
    func killed() async throws {
        let victim = Mutex<TrainProcess?>(nil)
        // Requests at whose arrival the process is killed: early, late, and again right after a new beginning.
        let deadly: Set<Int> = [0, 7, 9, 23, 24, 41, 66, 90]
        try await with { request in
            if deadly.contains(request.index) { victim.withLock { $0?.send(SIGKILL) } }
            return ScriptedTeacher.answer(request)
        } test: { bench in
            var kept: Set<String> = []
            var kills = 0
            while true {
                let seen = bench.server.requests.count
                let process = victim.withLock { process in
                    process = try? bench.start("out")
                    return process
                }
                let outcome = try #require(try process?.wait())
                let asked = bench.server.requests[seen...].map(\.identifier)
                #expect(asked.allSatisfy { !kept.contains($0) })
                kept = try bench.journalled("out")
                if outcome.status == 0 { break }
                try #require(outcome.status == nil, "\(outcome.errors)")
                kills += 1
            }
            #expect(kills >= 3)
            #expect(kept.count == ScriptedTeacher.requestCount(Self.textCount))
            // Each kill lost at most what was under way, and that once.
            let times = Dictionary(bench.server.requests.map { ($0.identifier, 1) }, uniquingKeysWith: +)
            #expect(times.values.allSatisfy { $0 <= kills + 1 })
            #expect(bench.server.requests.count <= kept.count + 3 * 8 * kills)
            victim.withLock { $0 = nil }
            let undisturbed = try bench.start("calm").wait()
            #expect(undisturbed.status == 0)
            #expect(try bench.data("out") == bench.data("calm"))
            #expect(try bench.data("out", "failed.jsonl").isEmpty)
        }
    }

    @Test("asked to stop, it keeps what is under way and says how to go on", arguments: [SIGINT, SIGTERM])
    func stopped(signal: Int32) async throws {
        let victim = Mutex<TrainProcess?>(nil)
        try await with { request in
            if request.index == 10 { victim.withLock { $0?.send(signal) } }
            return ScriptedTeacher.answer(request)
        } test: { bench in
            let process = victim.withLock { process in
                process = try? bench.start("out")
                return process
            }
            let outcome = try #require(try process?.wait())
            #expect(outcome.status == 0 && outcome.errors == "")
            #expect(outcome.outputLines.last == "stopped; the same command goes on")
            // Nothing that the server answered is lost.
            #expect(try bench.journalled("out") == Set(bench.server.requests.map(\.identifier)))
            let before = bench.server.requests.count
            let rest = try bench.start("out").wait()
            #expect(rest.status == 0)
            let all = ScriptedTeacher.requestCount(Self.textCount)
            #expect(bench.server.requests.count == all)
            let costs = [all - before, all].map { String(format: "%.4f", Double($0) * 0.02) }
            #expect(rest.outputLines.last == "all: cost \(costs[0]) now, \(costs[1]) in all", "\(rest.output)")
        }
    }

    @Test("a local model plays the roles too; where it cannot, each text is set aside, and is not tried again")
    func localModel() async throws {
        try await with { _ in
            .silence
        } test: { bench in
            let config = bench.folder.appendingPathComponent("local.json")
            let json = """
                {"texts": "texts.jsonl", "anonymizer": {"model": {"path": "\(Golden.model)"}, "max_tokens": 4},
                 "parse_retries": 1, "output_dir": "local"}
                """
            try Data(json.utf8).write(to: config)
            var journal: Data?
            for _ in 0..<2 {
                let outcome = try TrainProcess(["distill", "--config", config.path], program: "signet").wait()
                #expect(outcome.status == 65, "\(outcome.errors)")
                #expect(outcome.errors.contains("every text was set aside"))
                let lines = String(decoding: try bench.data("local", "failed.jsonl"), as: UTF8.self).split(
                    separator: "\n")
                #expect(lines.count == Self.textCount && lines.allSatisfy { $0.contains(#""role": "adversary""#) })
                let replies = try bench.data("local", "replies.journal")
                #expect(journal == nil || journal == replies)
                journal = replies
            }
        }
    }

    @Test("a key that is missing or refused, and a server that is not there, are one line and the status that fits")
    func errors() async throws {
        try await with { _ in
            .error(401, "Incorrect API key provided.")
        } test: { bench in
            let refused = try bench.start("out").wait()
            #expect(refused.status == 78)
            #expect(refused.errorLines.count == 1)
            #expect(
                refused.errors.contains("expected a chat completion, found status 401: 'Incorrect API key provided.'"))
            let keyless = try TrainProcess(bench.arguments("out"), program: "signet").wait()
            #expect(keyless.status == 78)
            #expect(keyless.errors.hasPrefix("error: DISTILL_TEST_KEY: expected the endpoint's key"))
            let nobody = ["anonymizer", "adversary", "judge"].flatMap {
                [
                    "--set", "\($0).endpoint.base_url=http://127.0.0.1:9/v1", "--set", "\($0).endpoint.max_retries=0",
                ]
            }
            let absent = try bench.start("other", nobody).wait()
            #expect(absent.status == 75 && absent.errorLines.count == 1, "\(absent.errors)")
            #expect(absent.errors.contains("no connection"), "\(absent.errors)")
        }
    }
}

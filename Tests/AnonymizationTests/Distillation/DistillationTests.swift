import ChatEndpoints
import Diagnostics
import EndpointTestServer
import Foundation
import TestSupport
import Testing
import Training

@testable import Anonymization

/// A folder with texts, and distillations of them by a server.
private struct Workshop: Sendable {
    static let textCount = 24

    let folder: URL

    static func with(_ body: (Workshop) async throws -> Void) async throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(ScriptedTeacher.texts(textCount).utf8).write(to: folder.appendingPathComponent("texts.jsonl"))
        try await body(Workshop(folder: folder))
    }

    /// - Parameter change: changes the settings of every endpoint.
    func configuration(
        _ server: EndpointTestServer, output: String = "out",
        _ change: (inout EndpointConfiguration) -> Void = { _ in }
    ) -> DistillConfiguration {
        func role(_ model: String) -> RoleConfiguration {
            var role = RoleConfiguration()
            var endpoint = EndpointConfiguration(baseURL: server.baseURL, model: model)
            change(&endpoint)
            role.endpoint = endpoint
            return role
        }
        var configuration = DistillConfiguration(texts: folder.appendingPathComponent("texts.jsonl").path)
        configuration.anonymizer = role("anonymizer")
        configuration.adversary = role("adversary")
        configuration.judge = role("judge")
        configuration.parseRetries = 1
        configuration.outputDir = folder.appendingPathComponent(output).path
        return configuration
    }

    /// Runs as soon as the tasks of an earlier run have let go of the folder.
    func run(_ configuration: DistillConfiguration) async throws -> DistillationRun.Outcome {
        while true {
            do {
                return try await Distillation(configuration, style: .quiet, environment: [:]).run()
            } catch let error as InputError where error.message == "is in use by another process" {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// The digests of the requests whose replies are in the journal.
    func journalled() throws -> Set<String> {
        let records = try text("replies.journal").split(separator: "\n").map { $0.dropFirst(33) }
        return Set(try records.map { try JSONDecoder().decode(JournalledRequest.self, from: Data($0.utf8)).request })
    }

    func text(_ name: String, output: String = "out") throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent("\(output)/\(name)")), as: UTF8.self)
    }
}

private struct JournalledRequest: Decodable {
    let request: String
}

@Suite("A distillation with endpoints")
struct DistillationTests {
    private func serving(
        _ answer: @escaping @Sendable (EndpointTestServer.Request) async -> EndpointTestServer.Answer,
        _ body: (EndpointTestServer) async throws -> Void
    ) async throws {
        let server = try await EndpointTestServer(answer)
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test("every text becomes a trajectory, in the order of the texts, and each request is sent once")
    func whole() async throws {
        try await Workshop.with { workshop in
            try await serving(ScriptedTeacher.answer) { server in
                let outcome = try await workshop.run(workshop.configuration(server))
                #expect(outcome.trajectories == 24 && outcome.setAside == 0 && outcome.end == .finished)
                let path = workshop.folder.appendingPathComponent("out/trajectories.jsonl").path
                let (trajectories, report) = try TrajectoryReader(path: path).trajectories()
                #expect(report.counts.isEmpty)
                #expect(trajectories.map(\.id) == (0..<24).map { "t\($0)" })
                #expect(trajectories.map(\.profile) == (0..<24).map { "p\($0 / 3)" })
                #expect(trajectories.map(\.states.count) == (0..<24).map { 1 + ($0 & 7).nonzeroBitCount })
                #expect(trajectories.allSatisfy { $0.states.last?.inferences.isEmpty == true })
                #expect(outcome.states == trajectories.reduce(0) { $0 + $1.states.count })
                #expect(try workshop.text("failed.jsonl") == "")
                #expect(server.requests.count == ScriptedTeacher.requestCount(24))
                #expect(Set(server.requests.map(\.identifier)).count == server.requests.count)
            }
        }
    }

    @Test("the truth of a trajectory is what its text is labelled to give away, not the whole profile")
    func labelledTruth() async throws {
        try await Workshop.with { workshop in
            let comment = #"{"author": "a", "id": "c", "profile": {"age": 33, "sex": "female"}, "text": "clues: one", "#
            let guess = #""guesses": [{"feature": "age", "guesses": [1], "hardness": "direct", "certainty": 4}]}"#
            try Data("\(comment)\(guess)".utf8).write(to: workshop.folder.appendingPathComponent("texts.jsonl"))
            try await serving(ScriptedTeacher.answer) { server in
                _ = try await workshop.run(workshop.configuration(server))
            }
            let path = workshop.folder.appendingPathComponent("out/trajectories.jsonl").path
            #expect(try TrajectoryReader(path: path).trajectories().trajectories.map(\.truth) == [[.age: "33"]])
        }
    }

    @Test("a finished run that is begun again asks nothing and changes nothing")
    func again() async throws {
        try await Workshop.with { workshop in
            try await serving(ScriptedTeacher.answer) { server in
                let first = try await workshop.run(workshop.configuration(server))
                let text = try workshop.text("trajectories.jsonl")
                let second = try await workshop.run(workshop.configuration(server) { $0.maxConcurrentRequests = 2 })
                #expect(first == second)
                #expect(try workshop.text("trajectories.jsonl") == text)
                #expect(server.requests.count == ScriptedTeacher.requestCount(24))
            }
        }
    }

    @Test("failures that pass change no result: rate limits, cut connections and answers that are none")
    func faults() async throws {
        try await Workshop.with { workshop in
            try await serving(ScriptedTeacher.answer) { server in
                _ = try await workshop.run(workshop.configuration(server, output: "calm"))
            }
            try await serving { request in
                switch request.index {
                case 3, 40: .error(429, "slow down", headers: ["retry-after-ms": "5"])
                case 10, 50: .cut
                case 20, 60: .http(200, headers: ["Content-Type": "application/json"], "{\"choices\": [{")
                default: ScriptedTeacher.answer(request)
                }
            } _: { server in
                _ = try await workshop.run(workshop.configuration(server, output: "stormy") { $0.maxRetries = 10 })
            }
            #expect(
                try workshop.text("trajectories.jsonl", output: "stormy")
                    == workshop.text("trajectories.jsonl", output: "calm"))
        }
    }

    @Test("where the server dies midway the run ends with an error to try again, and goes on where it was")
    func death() async throws {
        try await Workshop.with { workshop in
            try await serving(ScriptedTeacher.answer) { server in
                _ = try await workshop.run(workshop.configuration(server, output: "calm"))
            }
            let (deaths, die) = AsyncStream.makeStream(of: Void.self)
            let server = try await EndpointTestServer { request in
                if request.index >= 30 { die.yield() }
                return request.index >= 30 ? .silence : ScriptedTeacher.answer(request)
            }
            let configuration = workshop.configuration(server) { $0.maxRetries = 0 }
            let death = Task {
                for await _ in deaths { break }
                await server.stop()
            }
            let error = await #expect(throws: InputError.self) { try await workshop.run(configuration) }
            #expect(error?.exitCode == .tryAgain)
            await death.value
            let kept = try workshop.journalled()
            // The same address, as a restarted server has it.
            let port = try #require(URL(string: configuration.anonymizer.endpoint?.baseURL ?? "")?.port)
            let reborn = try await EndpointTestServer(port: port, ScriptedTeacher.answer)
            let outcome = try await workshop.run(configuration)
            await reborn.stop()
            #expect(outcome.trajectories == 24)
            #expect(try workshop.text("trajectories.jsonl") == workshop.text("trajectories.jsonl", output: "calm"))
            #expect(reborn.requests.allSatisfy { !kept.contains($0.identifier) })
            #expect(kept.count + reborn.requests.count == ScriptedTeacher.requestCount(24))
        }
    }

    @Test("a text whose answers cannot be read, or that is refused, is kept aside with the reason; the others go on")
    func setAside() async throws {
        try await Workshop.with { workshop in
            try await serving { request in
                let question = request.contents.dropFirst().first ?? ""
                if question.contains("Number 5 ") { return .completion("I cannot help with that.") }
                if question.contains("Number 7 ") { return .completion("") }
                if question.contains("Number 9 ") { return .error(400, "Too long.", code: "context_length_exceeded") }
                return ScriptedTeacher.answer(request)
            } _: { server in
                for _ in 0..<2 {
                    let outcome = try await workshop.run(workshop.configuration(server))
                    #expect(outcome.trajectories == 21 && outcome.setAside == 3)
                }
                let path = workshop.folder.appendingPathComponent("out/failed.jsonl").path
                let texts = try SourceReader(path: path).texts().texts
                #expect(texts.map(\.id) == ["t5", "t7", "t9"] && texts.map(\.profile) == ["p1", "p2", "p3"])
                #expect(texts[0].text == ScriptedTeacher.text(5))
                let text = try workshop.text("failed.jsonl")
                #expect(text.contains(#""role": "adversary", "round": 0, "reason": "expected lines that begin with"#))
                #expect(text.contains("status 400: 'Too long.'"))
                // The first two were asked once more, the third is a refusal for good; none is asked again.
                #expect(server.requests.filter { $0.contents[1].contains("Number 5 ") }.count == 2)
                #expect(server.requests.filter { $0.contents[1].contains("Number 7 ") }.count == 2)
                #expect(server.requests.filter { $0.contents[1].contains("Number 9 ") }.count == 1)
            }
        }
    }

    @Test("where no text is left, that is an error")
    func nothing() async throws {
        try await Workshop.with { workshop in
            try await serving { _ in
                .completion("No.")
            } _: { server in
                let error = await #expect(throws: InputError.self) {
                    try await workshop.run(workshop.configuration(server))
                }
                #expect(error?.exitCode == .data && error?.place.hasSuffix("failed.jsonl") == true)
            }
        }
    }

    @Test("a folder of other settings is refused before anything is asked, and left as it was")
    func otherSettings() async throws {
        try await Workshop.with { workshop in
            try await serving(ScriptedTeacher.answer) { server in
                _ = try await workshop.run(workshop.configuration(server))
                let text = try workshop.text("trajectories.jsonl")
                var changed = workshop.configuration(server)
                changed.rounds = 2
                changed.judge.temperature = 0.5
                let error = await #expect(throws: InputError.self) { try await workshop.run(changed) }
                #expect(error?.exitCode == .config)
                #expect(error?.message.contains("found another judge.temperature, rounds") == true)
                #expect(server.requests.count == ScriptedTeacher.requestCount(24))
                #expect(try workshop.text("trajectories.jsonl") == text)
            }
        }
    }

    @Test("roles with the same endpoint share its limits")
    func shared() async throws {
        try await Workshop.with { workshop in
            try await serving { request in
                // All three roles by one model: the question tells them apart.
                let text = request.contents[1]
                return text.hasPrefix("Text:\n") && !text.contains("What the adversary")
                    ? .completion("None") : .completion("#\nchanged")
            } _: { server in
                var configuration = workshop.configuration(server) {
                    $0.model = "one"
                    $0.maxConcurrentRequests = 2
                }
                configuration.adversary.endpoint = nil
                _ = try await workshop.run(configuration)
                #expect(server.mostUnderWay <= 2)
            }
        }
    }
}

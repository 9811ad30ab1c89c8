import Anonymization
import Diagnostics
import Testing
import Tokenizers

@Suite("Self-refinement")
struct SelfRefinementTests {
    private static let text = "I am 29 and live in Leeds."

    private func refine(
        _ text: String = text, _ settings: RefinementSettings = RefinementSettings(),
        _ script: @escaping @Sendable (Role, ChatRequest) async throws -> String = diligentAnswer
    ) async throws -> (result: RefinedText, model: ScriptedChatModel) {
        let model = ScriptedChatModel(script)
        return (try await SelfRefinement(model, settings: settings).refine(text), model)
    }

    @Test("a text is rewritten until nothing is inferred, every version with its own P and U")
    func loop() async throws {
        let (result, model) = try await refine()
        #expect(
            result.rounds.map(\.state.text) == [
                Self.text, "I am an adult and live in Leeds.", "I am an adult and live in a northern city.",
            ])
        #expect(result.rounds.map { $0.state.inferences.map(\.attribute) } == [[.age, .location], [.location], []])
        #expect(result.rounds.map(\.state.judgement) == [.original, judgement(meaning: 9), judgement(meaning: 9)])
        #expect(result.reviewReasons.isEmpty && result.rounds.allSatisfy { $0.failure == nil })
        #expect([.adversary, .judge, .anonymizer].map { model.requests($0).count } == [3, 2, 2])
    }

    @Test("the anonymizer is told the inferences and, from its second round on, the judgement; the judge the original")
    func feedback() async throws {
        let (result, model) = try await refine()
        let asked = model.requests(.anonymizer).map(\.messages)
        let states = result.rounds.map(\.state)
        #expect(asked[0] == RolePrompt.anonymize(Self.text, inferences: states[0].inferences))
        #expect(
            asked[1]
                == RolePrompt.anonymize(
                    states[1].text, inferences: states[1].inferences, judgement: states[1].judgement))
        #expect(
            Set(model.requests(.judge).map(\.messages[1].content))
                == Set(states[1...].map { RolePrompt.judge(original: Self.text, adapted: $0.text)[1].content }))
    }

    @Test("no more rounds are made than asked for, and what is left is marked")
    func rounds() async throws {
        let (result, _) = try await refine(Self.text, RefinementSettings(rounds: 1))
        #expect(result.rounds.count == 2)
        #expect(result.reviewReasons.map(\.description) == ["still inferable: location (certainty 4)"])
    }

    @Test("inferences below the threshold neither count nor reach the anonymizer")
    func certainty() async throws {
        let (result, model) = try await refine(Self.text, RefinementSettings(certainty: 5))
        #expect(result.rounds.map { $0.state.inferences.count } == [2, 1])
        #expect(!model.requests(.anonymizer)[0].messages[1].content.contains("Leeds;"))
        #expect(!model.requests(.anonymizer)[0].messages[1].content.contains("location"))
        #expect(result.reviewReasons.isEmpty)
    }

    @Test("inferences about attributes that are not protected neither count nor reach the anonymizer, but are kept")
    func protected() async throws {
        let (result, model) = try await refine(Self.text, RefinementSettings(protected: [.location]))
        #expect(result.rounds[0].state.inferences.map(\.attribute) == [.age, .location])
        let asked = try #require(model.requests(.anonymizer).first).messages
        #expect(
            asked
                == RolePrompt.anonymize(
                    Self.text, inferences: Array(result.rounds[0].state.inferences.suffix(1)), protecting: [.location]))
        let (untouched, other) = try await refine("I am 29.", RefinementSettings(protected: [.location]))
        #expect(untouched.rounds.count == 1 && other.requests(.anonymizer).isEmpty)
    }

    @Test("a text that gives nothing away is not rewritten")
    func nothing() async throws {
        let (result, model) = try await refine("It rains.")
        #expect(result.rounds.count == 1 && result.text == "It rains." && result.reviewReasons.isEmpty)
        #expect(model.requests.count == 1)
    }

    @Test("a text of blanks is marked and never sent", arguments: ["", " \n\t"])
    func blank(text: String) async throws {
        let (result, model) = try await refine(text)
        #expect(result.reviewReasons == [.emptyText] && result.text == text && model.requests.isEmpty)
    }

    @Test(
        "a text that comes back unchanged keeps what was said of it; only where answers are drawn is it rewritten again",
        arguments: [(0, 1), (0.7, 3)])
    func unchanged(temperature: Double, rewritings: Int) async throws {
        let (result, model) = try await refine(Self.text, RefinementSettings(temperature: temperature)) {
            role, request in role == .anonymizer ? RoleReply.answer(request.subject) : diligentAnswer(role, request)
        }
        #expect(Set(result.rounds.map(\.state.text)) == [Self.text] && result.rounds.count == 1 + rewritings)
        #expect(model.requests(.anonymizer).count == rewritings)
        #expect(model.requests(.adversary).count == 1 && model.requests(.judge).isEmpty)
        #expect(result.reviewReasons == [.stillInferable(result.rounds[0].state.inferences)])
    }

    @Test(
        "a rewriting that only moves blanks and line ends is none: the text stays as it was",
        arguments: ["I am 29\nand live in Leeds.", "I  am 29 and live in  Leeds."])
    func blanks(rewriting: String) async throws {
        let (result, model) = try await refine {
            role, request in role == .anonymizer ? RoleReply.answer(rewriting) : diligentAnswer(role, request)
        }
        #expect(result.rounds.map(\.state.text) == [Self.text, Self.text])
        #expect(model.requests(.anonymizer).count == 1 && model.requests(.judge).isEmpty)
    }

    @Test("a model may think before it answers, for as long as any answer may be")
    func thinking() async throws {
        let thought = "<think>" + String(repeating: "Where could that be? ", count: 30) + "</think>\n"
        let (result, model) = try await refine { role, request in thought + diligentAnswer(role, request) }
        #expect(result.text == "I am an adult and live in a northern city." && result.reviewReasons.isEmpty)
        #expect(Set(model.requests.map(\.maxTokens)) == [RefinementSettings().answers.maxTokens])
    }

    @Test("three models take their own roles")
    func threeModels() async throws {
        let models = (0..<3).map { _ in ScriptedChatModel(diligentAnswer) }
        _ = try await SelfRefinement(anonymizer: models[0], adversary: models[1], judge: models[2]).refine(Self.text)
        for (model, role) in zip(models, [Role.anonymizer, .adversary, .judge]) {
            #expect(!model.requests.isEmpty && model.requests(role).count == model.requests.count)
        }
    }
}

@Suite("Rounds that are lost")
struct LostRoundTests {
    private static let text = "I am 29 and live in Leeds."

    @Test(
        "an answer that cannot be read is asked for again, with another seed and at a temperature above 0",
        arguments: [Role.anonymizer, .adversary, .judge])
    func retries(role: Role) async throws {
        let model = ScriptedChatModel { asked, request in
            asked == role && request.temperature == 0 ? "I'd rather not." : diligentAnswer(asked, request)
        }
        let result = try await SelfRefinement(model).refine(Self.text)
        #expect(result.rounds.count == 3 && result.rounds.allSatisfy { $0.failure == nil })
        let asked = model.requests.filter { $0.messages[0] == model.requests.last?.messages[0] }
        #expect(Set(model.requests.map(\.seed)).count == model.requests.count)
        #expect(asked.allSatisfy { [0, AnswerSettings.retryTemperature].contains($0.temperature) })
    }

    @Test(
        "a round without a readable answer keeps text, P and U, says why, and the next one tries again",
        arguments: [Role.anonymizer, .adversary, .judge],
        ["garbage", "", "{", "#", "\u{0}\u{FFFD}", "cut off…"])
    func lost(role: Role, garbage: String) async throws {
        let model = ScriptedChatModel { asked, request in
            let isOriginal = request.subject == Self.text
            if asked == role, role == .adversary ? !isOriginal : true { return garbage }
            return diligentAnswer(asked, request)
        }
        let result = try await SelfRefinement(model, settings: RefinementSettings(rounds: 2, retries: 1)).refine(
            Self.text)
        #expect(result.rounds.count == 3)
        for number in 1...2 {
            #expect(result.rounds[number].state == result.rounds[0].state)
            let failure = try #require(result.rounds[number].failure)
            #expect(failure.role == role && !failure.reason.isEmpty)
            #expect(result.reviewReasons.contains(.lostRound(number, failure)))
        }
        #expect(result.reviewReasons.contains(.stillInferable(result.rounds[0].state.inferences)))
        // Each round tries twice.
        let asked = role
        #expect(model.requests(asked).count == (role == .adversary ? 5 : 4))
    }

    @Test("a text whose original cannot be examined is kept and marked")
    func notExamined() async throws {
        let model = ScriptedChatModel { _, _ in "no idea" }
        let result = try await SelfRefinement(model, settings: RefinementSettings(retries: 3)).refine(Self.text)
        #expect(result.rounds.count == 1 && result.text == Self.text && model.requests.count == 4)
        #expect(result.reviewReasons.first == .notExamined)
    }

    @Test("a conversation that the model refuses is not tried again")
    func refusal() async throws {
        let model = ScriptedChatModel { role, request in
            if role == .anonymizer { throw ChatRefusal("too long") }
            return diligentAnswer(role, request)
        }
        let result = try await SelfRefinement(model, settings: RefinementSettings(rounds: 1)).refine(Self.text)
        #expect(model.requests(.anonymizer).count == 1)
        #expect(result.rounds[1].failure == RoundFailure(.anonymizer, reason: "too long"))
    }

    @Test("a model that cannot be had ends everything")
    func unavailable() async throws {
        let model = ScriptedChatModel { _, _ in throw InputError(.tryAgain, at: "model", "is gone") }
        await #expect(throws: InputError.self) { try await SelfRefinement(model).refine(Self.text) }
    }

    @Test("low utility, an invention and a much shorter or longer text are marked")
    func review() async throws {
        func reasons(_ rewritten: String, _ found: UtilityJudgement) async throws -> [ReviewReason] {
            let model = ScriptedChatModel { role, request in
                switch role {
                case .judge: RoleReply.answer(found)
                case .anonymizer: RoleReply.answer(rewritten)
                case .adversary: diligentAnswer(.adversary, request)
                }
            }
            return try await SelfRefinement(model).refine(Self.text).reviewReasons
        }
        let same = "I am an adult in a place."
        #expect(try await reasons(same, judgement(readability: 7, meaning: 4)).isEmpty)
        #expect(
            try await reasons(same, judgement(readability: 6, meaning: 4)) == [
                .lowUtility(20.0 / 30, floor: 0.7)
            ])
        #expect(
            try await reasons(same, judgement(hallucination: 0)) == [.lowUtility(20.0 / 30, floor: 0.7), .invention])
        #expect(try await reasons("Nothing.", judgement()) == [.length(ratio: 8.0 / 26)])
        #expect(try await reasons(String(repeating: "word ", count: 20), judgement()) == [.length(ratio: 99.0 / 26)])
    }
}

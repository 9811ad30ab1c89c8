import Anonymization
import Diagnostics
import Testing
import Tokenizers

@Suite("The teacher loop on one text")
struct TeacherLoopTests {
    private static let source = SourceText(id: "t", profile: "p", text: "I nurse in Oslo.", truth: [.location: "Oslo"])

    private static func inference(_ attribute: String, certainty: Int) -> String {
        "Attribute: \(attribute)\nReasoning: Said.\nGuesses: x\nCertainty: \(certainty)"
    }

    private static let judgement = RoleReply.answer(
        UtilityJudgement(readability: .init(score: 9), meaning: .init(score: 8), hallucination: .init(score: 1)))

    private func loop(
        _ anonymizer: RecordingModel, _ adversary: RecordingModel, _ judge: RecordingModel = RecordingModel(judgement),
        rounds: Int = 3, protecting attributes: Set<Attribute> = Set(Attribute.allCases), parseRetries: Int = 0
    ) -> TeacherLoop {
        func player(_ model: RecordingModel) -> RolePlayer {
            RolePlayer(model, request: ChatRequest([], maxTokens: 50, seed: 7), parseRetries: parseRetries)
        }
        return TeacherLoop(
            anonymizer: player(anonymizer), adversary: player(adversary), judge: player(judge), rounds: rounds,
            certainty: 3, protecting: attributes)
    }

    @Test("an answer that differs in blanks and line ends alone changes nothing")
    func blanks() async throws {
        let source = SourceText(id: "t", profile: "p", text: " I nurse\r\nin Oslo.\n")
        let adversary = RecordingModel(Self.inference("location", certainty: 5))
        let trajectory = try await loop(RecordingModel("#\nI nurse\nin Oslo."), adversary).trajectory(of: source)
        #expect(trajectory.states.count == 1)
    }

    @Test("it goes on until nothing is inferred, and keeps every state with its judgement against the original")
    func rounds() async throws {
        let anonymizer = RecordingModel("#\nI nurse in a city.", "#\nI work in a city.", "#\nnever")
        let adversary = RecordingModel(
            Self.inference("location", certainty: 5) + "\n\n" + Self.inference("age", certainty: 2),
            Self.inference("occupation", certainty: 3), "None")
        let judge = RecordingModel(Self.judgement)
        let trajectory = try await loop(anonymizer, adversary, judge, rounds: 5).trajectory(of: Self.source)
        #expect(trajectory.id == "t" && trajectory.profile == "p" && trajectory.truth == [.location: "Oslo"])
        #expect(trajectory.states.map(\.text) == ["I nurse in Oslo.", "I nurse in a city.", "I work in a city."])
        #expect(trajectory.states.map { $0.inferences.map(\.attribute) } == [[.location, .age], [.occupation], []])
        #expect(trajectory.states[0].judgement == .original && trajectory.states[1].judgement.readability.score == 9)
        #expect(judge.requests.count == 2)
        #expect(judge.requests.allSatisfy { $0.messages[1].content.contains("Original:\nI nurse in Oslo.") })
        // Only what is certain enough is fed back, and the judgement from the second round on.
        #expect(anonymizer.requests.count == 2)
        let questions = anonymizer.requests.map { $0.messages[1].content }
        #expect(questions[0].contains("Attribute: location") && !questions[0].contains("Attribute: age"))
        #expect(!questions[0].contains("readability") && questions[1].contains("readability"))
    }

    @Test("it ends after the rounds it is given, where nothing is inferred at first, and where nothing is changed")
    func ends() async throws {
        let certain = Self.inference("location", certainty: 4)
        let anonymizer = RecordingModel { _, index in ChatReply("#\nversion \(index)") }
        let trajectory = try await loop(anonymizer, RecordingModel(certain), rounds: 2).trajectory(of: Self.source)
        #expect(trajectory.states.count == 3)
        let vague = try await loop(anonymizer, RecordingModel(Self.inference("location", certainty: 2)))
            .trajectory(of: Self.source)
        #expect(vague.states.count == 1 && vague.states[0].inferences.count == 1)
        let unchanged = RecordingModel("#\n" + Self.source.text)
        let same = try await loop(unchanged, RecordingModel(certain)).trajectory(of: Self.source)
        #expect(same.states.count == 1 && unchanged.requests.count == 1)
    }

    @Test("attributes that are not protected are neither fed back nor a reason to go on")
    func protecting() async throws {
        let anonymizer = RecordingModel("#\nchanged")
        let both = Self.inference("location", certainty: 4) + "\n\n" + Self.inference("age", certainty: 4)
        let first = try await loop(anonymizer, RecordingModel(both, "None"), protecting: [.age])
            .trajectory(of: Self.source)
        #expect(first.states.count == 2)
        let question = try #require(anonymizer.requests.first).messages[1].content
        #expect(question.contains("Attribute: age") && !question.contains("Attribute: location"))
        let second = try await loop(anonymizer, RecordingModel(both), protecting: [.income]).trajectory(of: Self.source)
        #expect(second.states.count == 1)
    }

    @Test("an answer that cannot be read is asked for again with the error, each time of the first conversation")
    func feedback() async throws {
        let adversary = RecordingModel("Sure!", "Certainly!", "None")
        let trajectory = try await loop(RecordingModel("#\nx"), adversary, parseRetries: 2).trajectory(of: Self.source)
        #expect(trajectory.states.count == 1)
        #expect(adversary.requests.map(\.messages.count) == [2, 4, 4])
        #expect(adversary.requests.map(\.seed) == [7, 8, 9])
        let last = adversary.requests[2].messages
        #expect(last[2].role == "assistant" && last[2].content == "Certainly!")
        #expect(last[3].role == "user" && last[3].content.contains("or the word None"))
    }

    @Test("a text is set aside with role, round and reason where an answer cannot be read after all retries")
    func setAside() async throws {
        let anonymizer = RecordingModel("#\nfirst", "no mark")
        let loop = loop(anonymizer, RecordingModel(Self.inference("age", certainty: 5)), parseRetries: 1)
        let error = await #expect(throws: TeacherLoop.SetAside.self) { try await loop.trajectory(of: Self.source) }
        #expect(error?.role == .anonymizer && error?.round == 1)
        #expect(error?.reason.hasPrefix("expected a line that holds nothing but #") == true)
        #expect(anonymizer.requests.count == 3)
    }

    @Test("an answer that was cut off is not read, however whole it looks")
    func cutOff() async throws {
        let adversary = RecordingModel { _, _ in ChatReply("None", isComplete: false) }
        let error = await #expect(throws: TeacherLoop.SetAside.self) {
            try await loop(RecordingModel("#\nx"), adversary).trajectory(of: Self.source)
        }
        #expect(error?.reason == "expected an answer of at most 50 tokens, found one that is cut off")
    }

    @Test("a model that cannot be had ends more than the text")
    func unavailable() async throws {
        let expected = InputError(.tryAgain, at: "there", "nobody answers")
        let adversary = RecordingModel { _, _ in throw expected }
        await #expect(throws: expected) {
            try await loop(RecordingModel("#\nx"), adversary).trajectory(of: Self.source)
        }
    }
}

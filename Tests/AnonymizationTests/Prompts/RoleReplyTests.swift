import Testing
import Tokenizers

@testable import Anonymization

@Suite("Answers in the three roles")
struct RoleReplyTests {
    private static let inferences = [
        Inference(.age, reasoning: "says so; in years", guesses: ["29", "28-30"], certainty: 5),
        Inference(.birthplace, reasoning: "spelling", guesses: ["Washington D.C."], certainty: 1),
    ]

    @Test("what is written for training is read back the same")
    func roundTrip() throws {
        for inferences in [Self.inferences, []] {
            #expect(try RoleReply.inferences(in: RoleReply.answer(inferences)) == inferences)
        }
        let text = "# not a mark\n\nwith lines\n#tag"
        #expect(try RoleReply.text(in: RoleReply.answer(text)) == text)
        let judgement = UtilityJudgement(
            readability: .init(score: 10, explanation: "a \"b\" {c}"), meaning: .init(score: 1, explanation: "\n"),
            hallucination: .init(score: 0))
        #expect(try RoleReply.judgement(in: RoleReply.answer(judgement)) == judgement)
        for comparison in [GuessComparison.same, .general, .different] {
            #expect(try RoleReply.comparison(in: comparison.rawValue) == comparison)
        }
    }

    @Test("a certainty out of another number than five is none")
    func certainties() {
        #expect(RoleReply.certainty("4/5") == 4 && RoleReply.certainty(" 4.0 / 5. ") == 4)
        #expect(
            RoleReply.certainty("4/10") == nil && RoleReply.certainty("4/") == nil && RoleReply.certainty("6") == nil)
    }

    @Test("what does not change the meaning is forgiven")
    func forgiven() throws {
        let reply = """
            <think>Attribute: gender</think>
            ```
            **Attribute:** Place of birth
            Reasoning: one line
            and another
            - Guess: Paris, France.; **Lyon** ;; "Nice"; Metz
            Certainty: 4/5.
            Attribute: pobp
            Guesses: Rome
            Certainty: 2
            ```
            """
        #expect(
            try RoleReply.inferences(in: reply) == [
                Inference(
                    .birthplace, reasoning: "one line and another", guesses: ["Paris, France", "Lyon", "Nice"],
                    certainty: 4)
            ])
        #expect(try RoleReply.inferences(in: " none.\n").isEmpty)
        #expect(try RoleReply.text(in: "Here it is:\n # \n\n the text \n") == "the text")
        let judgement = try RoleReply.judgement(
            in:
                #"Sure: {"readability": {"score": "9."}, "meaning": 8, "hallucinations": {"score": 1, "explanation": "e"}} done"#
        )
        #expect(judgement.readability.score == 9 && judgement.meaning.score == 8)
        #expect(judgement.hallucination == .init(score: 1, explanation: "e"))
        let careless = try RoleReply.judgement(
            in: #"{"readability": {"score": "8/10"}, "meaning": "10 / 10.", "hallucination": {"score": false}}"#)
        #expect(careless.readability.score == 8 && careless.meaning.score == 10 && careless.hallucination.score == 0)
        #expect(try RoleReply.comparison(in: "**Yes.**") == .same)
    }

    @Test("quotation marks and line breaks that a judge forgets to escape are part of its words")
    func strayQuotes() throws {
        let judgement = try RoleReply.judgement(
            in: """
                {"readability": {"explanation": "Says "fine", and
                stays so.", "score": 9}, "meaning": {"explanation": "'lol' became 'ha!" here.", "score": 8},
                "hallucination": {"explanation": "It \\"adds\\" nothing", "score": 1}}
                """)
        #expect(judgement.readability == .init(score: 9, explanation: "Says \"fine\", and\nstays so."))
        #expect(judgement.meaning == .init(score: 8, explanation: "'lol' became 'ha!\" here."))
        #expect(judgement.hallucination == .init(score: 1, explanation: "It \"adds\" nothing"))
        // Where a mark could as well end the string, nothing is guessed.
        let ambiguous = #"{"readability": {"explanation": "a", "b", "score": 9}, "meaning": 8, "hallucination": 1}"#
        #expect(throws: ReplyError.self) { try RoleReply.judgement(in: ambiguous) }
    }

    @Test(
        "what is no list of inferences is refused with what was expected",
        arguments: [
            "", "I cannot tell.", "Attribute: shoe size\nGuesses: 43\nCertainty: 3", "Attribute: age\nCertainty: 3",
            "Attribute: age\nGuesses: 3\nCertainty: 0", "Attribute: age\nGuesses: 3\nCertainty: 3.5",
            "Attribute: age\nGuesses: 3", "Attribute: age\nGuesses: ;\nCertainty: 3",
        ])
    func refusedInferences(reply: String) {
        let error = #expect(throws: ReplyError.self) { try RoleReply.inferences(in: reply) }
        #expect(error?.description.contains("expected") == true)
    }

    @Test("a text without its mark and a judgement without its scores are refused")
    func refused() {
        for reply in ["", "the text", "#", "#\n \n"] {
            #expect(throws: ReplyError.self) { try RoleReply.text(in: reply) }
        }
        for reply in [
            "", "9, 8, 1", "{", "{}", #"{"readability": 9, "meaning": 8}"#,
            #"{"readability": 11, "meaning": 8, "hallucination": 1}"#,
            #"{"readability": 9, "meaning": 8.5, "hallucination": 1}"#,
            #"{"readability": 9, "meaning": 8, "hallucination": 2}"#,
            // Of five, or a truth value where a number is meant or that may mean the opposite.
            #"{"readability": 9, "meaning": "4/5", "hallucination": 1}"#,
            #"{"readability": 9, "meaning": {"score": true}, "hallucination": 1}"#,
            #"{"readability": 9, "meaning": 8, "hallucination": true}"#,
        ] {
            #expect(throws: ReplyError.self) { try RoleReply.judgement(in: reply) }
        }
        #expect(throws: ReplyError.self) { try RoleReply.comparison(in: "yes, but no") }
    }

    @Test("the anonymizer is told what to protect, what was inferred, and how an adapted text was judged")
    func prompts() {
        let first = RolePrompt.anonymize("x", inferences: Self.inferences, protecting: [.location, .age])
        #expect(first.map(\.role) == ["system", "user"])
        #expect(first[0].content.contains("any more: age and location."))
        #expect(first[1].content.contains("Guesses: Washington D.C.") && !first[1].content.contains("judge"))
        let next = RolePrompt.anonymize("x", inferences: [], judgement: .original)
        #expect(next[0].content.contains("occupation and birthplace."))
        #expect(next[1].content.contains("None") && next[1].content.contains(#""readability""#))
    }
}

import Testing

@testable import Anonymization

@Suite("The scripted teacher")
struct ScriptedTeacherTests {
    private let trajectories = Synthesis(profiles: 300, seed: 8).trajectories()
    private var rounds: [Trajectory] { trajectories.filter { !$0.id.contains("-attempt-") } }
    private var attempts: [Trajectory] { trajectories.filter { $0.id.contains("-attempt-") } }

    private func p(_ state: AnonymizationState) -> PrivacyScore { PrivacyScore(state.inferences, certainty: 3) }

    @Test("every round is more private than the one before, and nothing can be inferred from the last")
    func monotone() {
        for trajectory in rounds {
            for (state, next) in zip(trajectory.states, trajectory.states.dropFirst()) {
                #expect(p(next) > p(state) && next.text != state.text, "\(trajectory.id)")
                #expect(next.judgement.utility <= state.judgement.utility && next.judgement.hallucination.score == 1)
            }
            #expect(p(trajectory.states[trajectory.states.count - 1]).inferenceCount == 0)
        }
    }

    @Test("some texts give nothing away, and most take two rounds or more")
    func lengths() {
        let lengths = rounds.map(\.states.count)
        #expect(lengths.count { $0 == 1 } > lengths.count / 30)
        #expect(lengths.count { $0 >= 3 } > lengths.count / 2 && (lengths.max() ?? 0) <= 6)
    }

    @Test("what is stated is inferred with certainty 5 and the true value first; what is true is what shows")
    func truth() {
        for trajectory in rounds {
            for inference in trajectory.states[0].inferences where inference.certainty == 5 {
                let truth = trajectory.truth[inference.attribute]
                #expect(inference.guesses.first == truth, "\(trajectory.id): \(inference)")
                #expect(1...3 ~= inference.guesses.count && Set(inference.guesses).count == inference.guesses.count)
            }
            let inferred = trajectory.states[0].inferences.filter { $0.certainty >= 3 }.map(\.attribute)
            #expect(Set(trajectory.truth.keys) == Set(inferred))
        }
    }

    @Test("what the reasoning quotes stands in the text")
    func quotes() {
        for trajectory in trajectories {
            for state in trajectory.states {
                for inference in state.inferences {
                    let quotes = inference.reasoning.split(separator: "\"", omittingEmptySubsequences: false)
                    let quoted = quotes.enumerated().filter { $0.offset % 2 == 1 }
                    for part in quoted.flatMap({ $0.element.split(separator: " … ") }) {
                        #expect(state.text.contains(part), "\(part): \(state.text)")
                    }
                }
            }
        }
    }

    @Test("an attempt is less private than the last round and less useful than the original: D_pref alone has it")
    func worse() throws {
        #expect(attempts.count > rounds.count / 4)
        for trajectory in attempts {
            let (good, bad) = (trajectory.states[1], trajectory.states[2])
            #expect(trajectory.states.count == 3 && p(good).inferenceCount == 0 && p(bad) < p(good))
            #expect(bad.judgement.utility < 1, "\(trajectory.id)")
        }
        let bad = attempts.map { $0.states[2] }
        #expect(bad.count { $0.judgement.hallucination.score == 0 } > 20)
        #expect(bad.count { $0.text.contains("<") && $0.judgement.readability.score < 9 } > 20)
        let set = try TaskSet(attempts, options: options(), path: "t.jsonl")
        let texts = Set(bad.map { RoleReply.answer($0.text) })
        #expect(!set.sft.rows.contains { $0.task == .anonymize && texts.contains($0.answer ?? "") })
        #expect(set.dpo.rows.count > attempts.count / 2)
    }

    @Test("all four tasks get rows, D_pref above all from the attempts")
    func tasks() throws {
        let set = try TaskSet(trajectories, options: options { $0.heldOut = 0.1 }, path: "t.jsonl")
        let rows = set.rowCounts(of: set.sft)
        #expect((rows[.anonymize] ?? 0) > 500 && (rows[.infer] ?? 0) > 2000 && (rows[.judge] ?? 0) > 2000)
        #expect(set.dpo.rows.count > 1000)
    }
}

import Diagnostics
import Testing

@testable import Anonymization

@Suite("Holding out by profile")
struct ProfileSplitTests {
    private func trajectories(_ profiles: [(profile: String, text: String)]) -> [Trajectory] {
        profiles.enumerated().map { index, item in
            Trajectory(
                id: "\(index)", profile: item.profile,
                states: [state(item.text, [5]), state("\(item.text) b", [4]), state("\(item.text) c", [])])
        }
    }

    private func heldOut(_ trajectories: [Trajectory], _ fraction: Double, seed: UInt64 = 0) throws -> Set<String> {
        try ProfileSplit(of: trajectories, fraction: fraction, seed: seed, path: "t.jsonl").heldOut
    }

    @Test("no profile and no text is on both sides, whatever the seed, the part and the order", arguments: 0..<12)
    func apart(seed: Int) throws {
        // 17 profiles with one to three texts each, two of which share a text.
        var items = (0..<40).map { (profile: "p\($0 % 17)", text: "text \($0)") }
        items.append((profile: "p3", text: "text 5"))
        let all = trajectories(items)
        for fraction in [0.01, 0.1, 0.5, 0.95] {
            let options = options { ($0.heldOut, $0.seed) = (fraction, UInt64(seed)) }
            let set = try TaskSet(all, options: options, path: "t.jsonl")
            let training = Set((set.sft.rows + set.dpo.rows).map(\.profile))
            let evaluation = Set((set.sftEval.rows + set.dpoEval.rows).map(\.profile))
            #expect(training.isDisjoint(with: evaluation) && !training.isEmpty && !evaluation.isEmpty)
            let questions = Set((set.sft.rows + set.dpo.rows).map(\.question))
            #expect(questions.isDisjoint(with: (set.sftEval.rows + set.dpoEval.rows).map(\.question)))
            #expect(set.counts.heldOutProfiles == evaluation.sorted())
            #expect(try heldOut(all.reversed(), fraction, seed: UInt64(seed)) == evaluation)
            #expect(abs(evaluation.count - max(1, Int((17 * fraction).rounded()))) <= 1)
        }
    }

    @Test("seeds draw other profiles")
    func seeds() throws {
        let all = trajectories((0..<40).map { ("p\($0)", "text \($0)") })
        let drawn = try (0..<8).map { try heldOut(all, 0.25, seed: $0) }
        #expect(drawn.allSatisfy { $0.count == 10 } && Set(drawn).count == 8)
    }

    @Test("nothing is held out for 0; one profile, or several with one text, cannot be divided")
    func edges() throws {
        let one = trajectories([("p", "a"), ("p", "b")])
        #expect(try heldOut(one, 0) == [])
        #expect(throws: InputError.self) { try heldOut(one, 0.1) }
        #expect(throws: InputError.self) { try heldOut(trajectories([("p", "a"), ("q", "a")]), 0.1) }
        #expect(try heldOut(trajectories([("p", "a"), ("q", "a"), ("r", "b")]), 0.1) == ["r"])
        #expect(try heldOut(trajectories([("p", "a"), ("q", "b")]), 0.99).count == 1)
    }
}

import Files
import Tokenizers
import Training

/// A row to train on, with what it teaches and whose text it is about.
public struct TaskRow: Sendable, Equatable {
    public var task: TrainingTask
    /// The author's, by which rows are held out.
    public var profile: String
    public var row: DatasetRow

    /// The row as it is trained on, and its task, which training passes over.
    var json: JSONValue {
        .object([.init("task", .string(task.rawValue))] + (row.json.members ?? []))
    }
}

extension Trajectory {
    /// All rows of the trajectory: D_anon, D_priv, D_util and D_pref, in the words in which the student is asked later.
    ///
    /// The anonymizer is told of the inferences that count, and from the second state on also how the judge found it: so it
    /// is asked when it refines its own text. D_priv has every inference, so that the student learns to be uncertain.
    func rows(_ rule: PairRule, counting counts: inout [TrainingTask: RuleCounts]) -> [TaskRow] {
        func row(_ task: TrainingTask, _ prompt: [ChatMessage], _ answer: String) -> TaskRow {
            TaskRow(task: task, profile: profile, row: .messages(prompt + [.answer(answer)]))
        }
        let improvements = rule.improvements(in: states, counting: &counts[.anonymize, default: RuleCounts()]).map {
            row(.anonymize, anonymizePrompt($0.from, rule), RoleReply.answer(states[$0.to].text))
        }
        let preferences = rule.preferences(in: states, counting: &counts[.prefer, default: RuleCounts()]).map {
            TaskRow(
                task: .prefer, profile: profile,
                row: .preference(
                    prompt: .messages(anonymizePrompt($0.from, rule)),
                    chosen: .messages([.answer(RoleReply.answer(states[$0.winner].text))]),
                    rejected: .messages([.answer(RoleReply.answer(states[$0.loser].text))])))
        }
        counts[.infer, default: RuleCounts()].candidates += states.count
        counts[.judge, default: RuleCounts()].candidates += states.count
        let inferring = states.map {
            row(.infer, RolePrompt.infer($0.text), RoleReply.answer($0.inferences))
        }
        let judging = states.map { state in
            row(
                .judge, RolePrompt.judge(original: states[0].text, adapted: state.text),
                RoleReply.answer(state.text == states[0].text ? state.judgement.explainedAsUnchanged : state.judgement))
        }
        return improvements + inferring + judging + preferences
    }

    private func anonymizePrompt(_ index: Int, _ rule: PairRule) -> [ChatMessage] {
        let state = states[index]
        return RolePrompt.anonymize(
            state.text, inferences: rule.counted(in: state),
            judgement: state.text == states[0].text ? nil : state.judgement, protecting: rule.protected)
    }
}

extension UtilityJudgement {
    /// The judgement of a text beside itself, which files hold without a word, with explanations where there are none: an
    /// answer without them would teach the judge to give none.
    fileprivate var explainedAsUnchanged: UtilityJudgement {
        func explained(_ part: Part, _ explanation: String) -> Part {
            part.explanation.isEmpty ? Part(score: part.score, explanation: explanation) : part
        }
        return UtilityJudgement(
            readability: explained(readability, "The adapted text reads exactly as the original does."),
            meaning: explained(meaning, "The adapted text is the same as the original, so that nothing is lost."),
            hallucination: explained(hallucination, "Nothing was added to the original."))
    }
}

extension ChatMessage {
    static func answer(_ text: String) -> ChatMessage { ChatMessage(role: "assistant", content: text) }
}

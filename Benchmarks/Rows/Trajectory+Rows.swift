import Signet

extension Trajectory {
    /// All rows of the trajectory: each step to the next text, what is inferred from each text, and the judgement of
    /// each text but the first against the first. No rule drops any, so that there is as much to measure on as there can be.
    var rows: [DatasetRow] {
        func row(_ prompt: [ChatMessage], _ answer: String) -> DatasetRow {
            .messages(prompt + [ChatMessage(role: "assistant", content: answer)])
        }
        let anonymizing = zip(states, states.dropFirst()).map { state, next in
            row(RolePrompt.anonymize(state.text, inferences: state.inferences), RoleReply.answer(next.text))
        }
        let inferring = states.map { row(RolePrompt.infer($0.text), RoleReply.answer($0.inferences)) }
        let judging = states.dropFirst().map { state in
            row(RolePrompt.judge(original: states[0].text, adapted: state.text), RoleReply.answer(state.judgement))
        }
        return anonymizing + inferring + judging
    }
}

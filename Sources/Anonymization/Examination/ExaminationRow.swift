import Diagnostics
import Files
import Tokenizers
import Training

/// A row of `TaskSet` that a student is examined on.
public struct ExaminationRow: Sendable, Equatable {
    /// Where the row stands in its file, from 1.
    public let line: Int
    public let task: TrainingTask
    /// What the student is asked.
    public let question: [ChatMessage]
    /// The row as it is trained on: the question and the teacher's answer.
    public let row: DatasetRow

    /// The rows of a file that `TaskSet` wrote, such as `sft-eval.jsonl`.
    ///
    /// - Throws: `InputError`: no such file, a line that is no such row, or a row of a task that has no one right answer.
    public static func all(in path: String) throws(InputError) -> [ExaminationRow] {
        var rows: [ExaminationRow] = []
        try LineReader(path: path, kind: "a JSONL file").forEachJSON { json, line throws(InputError) in
            rows.append(try ExaminationRow(json, path: path, line: line))
        }
        guard !rows.isEmpty else { throw InputError(.data, at: path, "expected rows, found none") }
        return rows
    }

    private init(_ json: JSONValue, path: String, line: Int) throws(InputError) {
        let place = "\(path):\(line)"
        let row = try DatasetRow(json, place: place)
        guard let name = json["task"]?.string, let task = TrainingTask(rawValue: name), task != .prefer,
            case .messages(let messages) = row
        else {
            throw InputError(
                .data, at: place,
                "expected messages with the task anonymize, infer or judge, as signet tasks writes them")
        }
        self.line = line
        self.task = task
        self.row = row
        question = Array(messages.dropLast())
    }
}

extension TrainingTask {
    /// Reads an answer as self-refinement does, and leaves what it says.
    ///
    /// - Throws: `ReplyError` where it cannot be read.
    func check(_ answer: String) throws(ReplyError) {
        switch self {
        case .anonymize, .prefer: _ = try RoleReply.text(in: answer)
        case .infer: _ = try RoleReply.inferences(in: answer)
        case .judge: _ = try RoleReply.judgement(in: answer)
        }
    }
}

import Foundation
import Signet

/// A text and its ever less revealing versions, each with what an adversary inferred from it and how a judge found it.
struct Trajectory: Decodable {
    /// One attribute as the adversary sees it.
    struct Inference: Decodable {
        var type: String
        /// The reasoning.
        var inference: String
        var guess: [String]
        /// 1 to 5, as text that may end in a full stop.
        var certainty: String
    }

    /// What became of the text's use.
    struct Utility: Codable {
        var readability: Int
        var meaning: Int
        var hallucinations: Int
    }

    /// Why the judge found it so.
    struct Explanation: Decodable {
        var readability: String?
        var meaning: String?
        var hallucinations: String?
    }

    /// One version.
    struct State: Decodable {
        var text: String
        var privacy: [Inference]
        var utility: Utility
        var utilityExplanation: Explanation?
    }

    var texts: [State]

    /// The trajectories of a JSONL file.
    ///
    /// - Throws: `InputError` with `.missingFile`, or `.data` naming the line that is none.
    static func all(in path: String) throws -> [Trajectory] {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw InputError(.missingFile, at: path, "expected a file of trajectories, found no such file")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try content.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
            do {
                return try decoder.decode(Trajectory.self, from: line)
            } catch {
                throw InputError(
                    .data, at: "\(path):\(index + 1)",
                    "expected a trajectory (texts, each with text, privacy and utility), found something else: \(error)"
                )
            }
        }
    }
}

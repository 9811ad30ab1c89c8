import Diagnostics
import Files

/// Reads trajectories in SEAL's layout: a JSONL file, one trajectory a line.
///
/// ```
/// {"id", "author", "truth": {attribute: value},
///  "texts": [{"text", "privacy": [{"type", "inference", "guess": […], "certainty"}],
///             "utility": {"readability": {"explanation", "score"}, "meaning": {…}, "hallucinations": {…}}}, …]}
/// ```
///
/// Names of attributes may be ours, SEAL's or SynthPAI's; scores may be plain numbers with the explanations beside them in
/// `utility_explanation`; the states may be called `rounds`, as refinement writes them. What a language model wrote down
/// carelessly is mended: a certainty of `"3."`, a score of `"8/10"`, a guess that is a number, more than three guesses. What
/// has no certain meaning is dropped: an inference by itself; a whole trajectory where a text or a score is missing, since
/// its steps would not follow from each other, or where refinement notes that the inferences from the original could not be
/// read. The report counts both.
public struct TrajectoryReader: Sendable {
    private let lines: LineReader

    /// - Parameter path: a JSONL file.
    public init(path: String) {
        lines = LineReader(path: path, kind: "a file of trajectories")
    }

    /// - Throws: `InputError` with `.missingFile`, or `.data` for a line that is no JSON object and for a file of which no
    ///   trajectory is left.
    public func trajectories() throws(InputError) -> (trajectories: [Trajectory], report: ReadingReport) {
        var trajectories: [Trajectory] = []
        var report = ReadingReport()
        try lines.forEachJSON { json, number throws(InputError) in
            let place = "\(lines.path):\(number)"
            guard json.members != nil else {
                throw InputError(.data, at: place, "expected a trajectory, found \(json.summary)")
            }
            var fields = TrajectoryFields(place: place, report: report)
            if let trajectory = fields.trajectory(json, number: number) { trajectories.append(trajectory) }
            report = fields.report
        }
        guard !trajectories.isEmpty else {
            let reasons = report.counts.isEmpty ? "an empty file" : report.lines.joined(separator: "; ")
            throw InputError(.data, at: lines.path, "expected trajectories, found none: \(reasons)")
        }
        return (trajectories, report)
    }
}

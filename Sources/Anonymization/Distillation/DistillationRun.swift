import ChatEndpoints
import Diagnostics
import Foundation
import Training

/// A distillation in a folder: texts in, trajectories out, to be killed and begun again at any time.
///
/// Every reply is journalled before it is used, and everything else follows from the replies: a run that is begun again
/// goes through the same steps without asking anything twice, and ends with the same files to the byte.
public struct DistillationRun: Sendable {
    /// How a run has ended.
    public enum End: Sendable, Equatable {
        case finished
        /// It was asked to stop; what was under way is kept.
        case stopped
    }

    /// What a run has made.
    public struct Outcome: Sendable, Equatable {
        public var end = End.finished
        public var trajectories = 0
        /// Texts of all trajectories, the originals included.
        public var states = 0
        /// Texts without a trajectory.
        public var setAside = 0
    }

    private let loop: TeacherLoop
    private let texts: [SourceText]
    private let concurrentTexts: Int
    private let isStopping: @Sendable () -> Bool

    /// - Parameters:
    ///   - loop: what is done with each text.
    ///   - texts: each with an id of its own.
    ///   - concurrentTexts: how many texts are worked on at once; no result depends on it.
    ///   - isStopping: whether the run has been asked to stop.
    init(
        _ loop: TeacherLoop, texts: [SourceText], concurrentTexts: Int,
        isStopping: @escaping @Sendable () -> Bool
    ) {
        self.loop = loop
        self.texts = texts
        self.concurrentTexts = concurrentTexts
        self.isStopping = isStopping
    }

    /// Runs to the last text, or until it is asked to stop.
    ///
    /// Records are written in the order of the texts. Where one text ends the run with an error, requests that are under
    /// way are still waited for and kept.
    ///
    /// - Parameters:
    ///   - writer: where the records go.
    ///   - onText: called after each text.
    /// - Throws: `InputError`: what the models throw about themselves, and errors of the output files.
    func run(_ writer: consuming DistillationWriter, _ onText: (Outcome) -> Void) async throws -> Outcome {
        var writer = writer
        do {
            try await withThrowingTaskGroup(of: Work?.self) { group in
                group.addTask { try await waitForStop() }
                var waiting = texts.indices[...]
                var underWay = 0
                while underWay > 0 || !waiting.isEmpty {
                    while underWay < concurrentTexts, let index = waiting.popFirst() {
                        group.addTask { try await work(on: index) }
                        underWay += 1
                    }
                    guard let work = try await group.next() else { break }
                    guard let work else { continue }
                    underWay -= 1
                    try writer.add(work, texts[work.index])
                    onText(writer.outcome)
                }
                group.cancelAll()
            }
        } catch is Stopped {
            writer.outcome.end = .stopped
            return writer.outcome
        }
        try writer.finish()
        return writer.outcome
    }

    private func work(on index: Int) async throws -> Work {
        do {
            return Work(index: index, result: .success(try await loop.trajectory(of: texts[index])))
        } catch let setAside as TeacherLoop.SetAside {
            return Work(index: index, result: .failure(setAside))
        }
    }

    private func waitForStop() async throws -> Work? {
        while !isStopping() {
            do {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                return nil
            }
        }
        throw Stopped()
    }
}

/// What became of a text.
struct Work: Sendable {
    let index: Int
    let result: Result<Trajectory, TeacherLoop.SetAside>
}

private struct Stopped: Error {}

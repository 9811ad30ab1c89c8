import Dispatch
import Synchronization

/// Runs concurrent work from a command that is not concurrent itself, and waits for its end.
///
/// - Parameter isStopped: asked again and again; the work is cancelled when it says so.
/// - Throws: what the work throws, `CancellationError` where it was cancelled.
public func waiting<Result: Sendable>(
    until isStopped: () -> Bool = { false }, for work: @escaping @Sendable () async throws -> Result
) throws -> Result {
    let outcome = WorkOutcome<Result>()
    let task = Task {
        do { outcome.set(.success(try await work())) } catch { outcome.set(.failure(error)) }
    }
    while outcome.isEnded.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
        if isStopped() { task.cancel() }
    }
    return try outcome.get()
}

/// Where work leaves what has come of it.
private final class WorkOutcome<Value: Sendable>: Sendable {
    let isEnded = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ new: Result<Value, any Error>) {
        result.withLock { $0 = new }
        isEnded.signal()
    }

    func get() throws -> Value {
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}

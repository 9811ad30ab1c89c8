import Dispatch
import Synchronization

/// Runs asynchronous work to its end on other threads, for commands that have nothing else to do meanwhile.
///
/// - Returns: what the work returns.
/// - Throws: what the work throws.
public func waiting<Value: Sendable>(for work: @escaping @Sendable () async throws -> Value) throws -> Value {
    let box = ResultBox<Value>()
    let isDone = DispatchSemaphore(value: 0)
    Task {
        do {
            let value = try await work()
            box.result.withLock { $0 = .success(value) }
        } catch {
            box.result.withLock { $0 = .failure(error) }
        }
        isDone.signal()
    }
    isDone.wait()
    guard let result = box.result.withLock({ $0 }) else { fatalError("waiting: the work ended without a result") }
    return try result.get()
}

private final class ResultBox<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
}

import CMPI

extension MPICommunicator {
    public func exchange(
        _ sent: [[UnsafeRawBufferPointer]], _ received: [[UnsafeMutableRawBufferPointer]], tag: Int
    ) -> any PendingExchange {
        let messages = cmpi_messages_create(Int32((sent.map(\.count) + received.map(\.count)).reduce(0, +)))!
        // Everyone begins with its neighbours, so that no rank gets the messages of all others at once.
        for distance in 1..<max(2, rankCount) {
            let source = (rank + rankCount - distance) % rankCount
            let target = (rank + distance) % rankCount
            for part in received[source] {
                cmpi_messages_receive(messages, part.baseAddress, Int32(part.count), Int32(source), Int32(tag))
            }
            for part in sent[target] {
                cmpi_messages_send(messages, part.baseAddress, Int32(part.count), Int32(target), Int32(tag))
            }
        }
        return MPIExchange(messages)
    }
}

/// Messages that move whenever MPI is called.
private final class MPIExchange: PendingExchange {
    private let messages: OpaquePointer
    private var isDone = false

    init(_ messages: OpaquePointer) { self.messages = messages }

    deinit {
        wait()
        cmpi_messages_free(messages)
    }

    func progress() { isDone = isDone || cmpi_messages_progress(messages) }

    func wait() {
        if !isDone { cmpi_messages_wait(messages) }
        isDone = true
    }
}

import CMPI
import CMPISystem

/// The messages by which ranks let each other know that they live, and that they leave: over a communicator of their own,
/// from one thread, beside whatever else MPI does.
final class RankMessages: @unchecked Sendable {
    /// What has come.
    enum Event: Equatable {
        case beat(from: Int)
        /// The last message of a rank that has come to its end in good order.
        case end(of: Int)
        case leaving(Int, exitCode: Int32)
    }

    private enum Tag {
        static let beat: Int32 = 1
        static let leaving: Int32 = 2
    }

    /// A message under way, and the memory it lies in.
    private struct Message {
        let memory = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
        var request = cmpi_no_request()
        var isUnderWay = false

        /// Whether it is done since it was last asked.
        mutating func isDone(_ status: inout MPI_Status) -> Bool {
            guard isUnderWay else { return false }
            var flag: Int32 = 0
            MPI_Test(&request, &flag, &status)
            if flag != 0 { isUnderWay = false }
            return flag != 0
        }
    }

    /// Up to so many ranks, everyone hears everyone.
    private static let meshLimit = 16

    let sources: [Int]
    private let targets: [Int]
    private let rank: Int
    private let count: Int
    private var communicator: MPI_Comm
    private var sent: [Message]
    private var received: [Message]
    private var farewells: [Message] = []
    private var farewell = Message()

    /// - Parameter world: the ranks that are to hear of each other. All of them make this object together.
    init(_ world: MPI_Comm, rank: Int, count: Int) {
        (self.rank, self.count) = (rank, count)
        communicator = cmpi_no_communicator()
        MPI_Comm_dup(world, &communicator)
        // A call that fails because a rank is gone is not to end the process before it has said so.
        MPI_Comm_set_errhandler(communicator, cmpi_errors_return())
        let distances = Self.distances(count)
        targets = distances.map { (rank + $0) % count }
        sources = distances.map { (rank + count - $0) % count }
        sent = targets.map { _ in Message() }
        received = sources.map { _ in Message() }
        for index in received.indices { receive(index) }
        receiveFarewell()
    }

    deinit {
        for message in sent + received + farewells + [farewell] { message.memory.deallocate() }
    }

    /// How far the ranks are away that a rank sends to, itself (0) among them: whether MPI moves messages at all. In large
    /// jobs they are the powers of two, so that every rank is heard by many and hears many, wherever the others run.
    static func distances(_ count: Int) -> [Int] {
        if count <= meshLimit { return Array(0..<count) }
        return [0] + (0..<Int.bitWidth).lazy.map { 1 << $0 }.prefix { $0 < count }
    }

    /// Says that this rank lives, to whoever has taken the last such message.
    func beat(isLast: Bool = false) {
        for index in sent.indices where !sent[index].isUnderWay { send(index, isLast ? 1 : 0) }
    }

    /// Whether all messages have been taken over by MPI.
    var isSent: Bool { !sent.contains { $0.isUnderWay } }

    private func send(_ index: Int, _ value: Int32) {
        sent[index].memory.pointee = value
        MPI_Isend(
            sent[index].memory, 4, cmpi_byte(), Int32(targets[index]), Tag.beat, communicator, &sent[index].request)
        sent[index].isUnderWay = true
    }

    private func receive(_ index: Int) {
        MPI_Irecv(
            received[index].memory, 4, cmpi_byte(), Int32(sources[index]), Tag.beat, communicator,
            &received[index].request)
        received[index].isUnderWay = true
    }

    private func receiveFarewell() {
        MPI_Irecv(
            farewell.memory, 4, cmpi_byte(), cmpi_any_source(), Tag.leaving, communicator, &farewell.request)
        farewell.isUnderWay = true
    }

    /// What has come since the last call; moves on what is under way.
    func poll() -> [Event] {
        var events: [Event] = []
        var status = MPI_Status()
        for index in sent.indices { _ = sent[index].isDone(&status) }
        for index in received.indices {
            while received[index].isDone(&status) {
                let isLast = received[index].memory.pointee != 0
                events.append(isLast ? .end(of: sources[index]) : .beat(from: sources[index]))
                if !isLast { receive(index) }
            }
        }
        while farewell.isDone(&status) {
            events.append(.leaving(Int(status.MPI_SOURCE), exitCode: farewell.memory.pointee))
            receiveFarewell()
        }
        return events
    }

    /// Tells all others that this rank leaves.
    func leave(exitCode: Int32) {
        for target in 0..<count where target != rank {
            var message = Message()
            message.memory.pointee = exitCode
            // Synchronous: done when it has been received, so that it is not lost with this process.
            MPI_Issend(
                message.memory, 4, cmpi_byte(), Int32(target), Tag.leaving, communicator, &message.request)
            message.isUnderWay = true
            farewells.append(message)
        }
    }

    /// How many of the ranks that have been told have not heard it yet.
    func unheardFarewells() -> Int {
        var status = MPI_Status()
        for index in farewells.indices { _ = farewells[index].isDone(&status) }
        return farewells.count { $0.isUnderWay }
    }

    /// Ends the messages, of which none is under way any more.
    func end() {
        MPI_Cancel(&farewell.request)
        MPI_Wait(&farewell.request, cmpi_no_status())
        MPI_Comm_free(&communicator)
    }
}

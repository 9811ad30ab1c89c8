import CMPI
import Diagnostics
import Foundation
import Tensors

/// The processes that `mpirun` or `srun` started together.
public struct MPICommunicator: Communicator {
    public let rank: Int
    public let rankCount: Int
    public let hosts: Hosts
    /// Nil where MPI cannot be called from several threads.
    private let monitor: RankMonitor?

    /// Starts MPI; once in a process.
    ///
    /// - Throws: `InputError(.config)` where `SIGNET_SILENCE_LIMIT` is no time.
    public init() throws(InputError) {
        let limit = try RankMonitor.silenceLimit()
        let takesThreads = cmpi_start()
        let (rank, count) = (Int(cmpi_rank()), Int(cmpi_rank_count()))
        hosts = Hosts(Self.gather(Array(Hosts.identity.utf8), count).map { String(decoding: $0, as: UTF8.self) })
        monitor = takesThreads ? RankMonitor(rank: rank, hosts: hosts.names, limit: limit) : nil
        if !takesThreads, rank == 0 {
            ConsoleOutput.write(
                "warning: \(Self.implementation) takes calls from one thread only: nobody notices a rank that hangs\n",
                to: STDERR_FILENO)
        }
        (self.rank, rankCount) = (rank, count)
    }

    /// The MPI this program was built with, such as `Open MPI v4.1.4`.
    public static var implementation: String {
        var text = [CChar](repeating: 0, count: Int(cmpi_version(nil, 0)) + 1)
        _ = cmpi_version(&text, Int32(text.count))
        let line = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return String(line.split(separator: "\n").first?.split(separator: ",").first ?? "")
    }

    public func working<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        guard let monitor else { return try body() }
        return try monitor.working(body)
    }

    public func note(_ progress: String) { monitor?.note(progress) }

    public func finish(exitCode: Int32) {
        // Who is done before the others still lives.
        _ = sum([0])
        monitor?.end(exitCode: exitCode)
        cmpi_finish()
        monitor?.finish()
    }

    public func leave(exitCode: Int32, message: String) -> Never {
        if let monitor { monitor.leave(exitCode: exitCode, message: message) }
        ConsoleOutput.writeError(message)
        cmpi_abort(exitCode)
        exit(exitCode)
    }

    public func sum(_ values: [Double]) -> [Double] {
        let count = values.count
        var all = [Double](repeating: 0, count: count * rankCount)
        cmpi_gather(values, Int32(count * MemoryLayout<Double>.size), &all)
        return values.indices.map { index in (0..<rankCount).reduce(0) { $0 + all[$1 * count + index] } }
    }

    public func gather(_ bytes: [UInt8]) -> [[UInt8]] { Self.gather(bytes, rankCount) }

    private static func gather(_ bytes: [UInt8], _ rankCount: Int) -> [[UInt8]] {
        var count = Int32(bytes.count)
        var counts = [Int32](repeating: 0, count: rankCount)
        cmpi_gather(&count, Int32(MemoryLayout<Int32>.size), &counts)
        let starts = starts(counts)
        var all = [UInt8](repeating: 0, count: counts.reduce(0) { $0 + Int($1) })
        cmpi_gather_parts(bytes, &all, counts, starts)
        return zip(starts, counts).map { Array(all[Int($0)..<Int($0 + $1)]) }
    }

    public func broadcast(_ memory: UnsafeMutableRawBufferPointer) {
        // MPI counts in Int32.
        for start in stride(from: 0, to: memory.count, by: 1 << 30) {
            let part = UnsafeMutableRawBufferPointer(rebasing: memory[start..<min(start + 1 << 30, memory.count)])
            cmpi_broadcast(part.baseAddress, Int32(part.count))
        }
    }

    public func share(_ vector: Tensor, counts: [Int]) {
        let counts = counts.map(Int32.init)
        cmpi_share_floats(vector.float32, counts, Self.starts(counts))
    }

    public func collect(_ part: Tensor, counts: [Int]) -> Tensor? {
        let counts = counts.map(Int32.init)
        let whole = rank == 0 ? Tensor.zeros([counts.reduce(0) { $0 + Int($1) }]) : nil
        cmpi_collect_floats(part.float32, whole?.float32, counts, Self.starts(counts))
        return whole
    }

    /// Where each rank's part begins.
    private static func starts(_ counts: [Int32]) -> [Int32] {
        var next: Int32 = 0
        return counts.map { count in
            defer { next += count }
            return next
        }
    }
}

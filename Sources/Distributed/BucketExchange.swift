import Tensors

/// The gradients of one bucket on their way: each rank gets the others' addends to its pieces.
final class BucketExchange {
    private let own: [ParameterPiece]
    private let place: Int
    private let type: DType
    /// What is sent, kept until it is.
    private let sent: [Tensor]
    /// The addends of the other ranks, in their order, all pieces one after the other.
    private let received: [Tensor]
    private let pending: any PendingExchange

    /// - Parameter pieces: of each rank.
    init(
        _ pieces: [[ParameterPiece]], of gradients: [Tensor?], tag: Int, _ communicator: any Communicator, type: DType
    ) {
        let rank = communicator.rank
        place = rank
        own = pieces[rank]
        self.type = type
        let count = own.reduce(0) { $0 + $1.range.count }
        received = (1..<pieces.count).map { _ in Tensor(uninitialized: [count], dtype: type) }
        var sent: [Tensor] = []
        var (sources, targets): ([[UnsafeRawBufferPointer]], [[UnsafeMutableRawBufferPointer]]) = ([], [])
        for other in pieces.indices {
            guard other != rank else {
                sources.append([])
                targets.append([])
                continue
            }
            let parts = pieces[other].map {
                gradients[$0.parameter]!.elements($0.range).converted(to: type)
            }
            sent += parts
            sources.append(parts.map { part in part.withUnsafeBytes { $0 } })
            let buffer = received[other < rank ? other : other - 1]
            var start = 0
            targets.append(
                own.map { piece in
                    defer { start += piece.range.count }
                    return buffer.elements(start..<start + piece.range.count).withUnsafeMutableBytes { $0 }
                })
        }
        self.sent = sent
        pending = communicator.exchange(sources, targets, tag: tag)
    }

    /// Gives the messages a chance to move on.
    func progress() { pending.progress() }

    /// Waits for the other ranks' addends, and adds them up in this rank's pieces.
    func addUp(in gradients: [Tensor]) {
        pending.wait()
        var start = 0
        for piece in own {
            let others = received.map { UnsafeRawPointer($0.pointer + start * type.byteCount) }
            addInOrder(others, type, to: gradients[piece.parameter].elements(piece.range), at: place)
            start += piece.range.count
        }
    }
}

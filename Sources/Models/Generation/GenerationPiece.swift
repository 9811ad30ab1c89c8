import Tensors

/// The next tokens of one sequence: its whole prompt, or the token generated last.
struct GenerationPiece {
    /// The most tokens of prompts that go through the model together.
    private static let mostTokens = 1024

    let slot: Int
    let tokens: ArraySlice<Int32>

    /// Pieces that go through the model together. A piece of few rows is only put beside others while all are few, and a
    /// longer one beside longer ones: so each takes the kernels it would take alone.
    static func groups(_ pieces: [GenerationPiece]) -> [[GenerationPiece]] {
        let short = pieces.filter { $0.tokens.count <= fewRows }
        let long = pieces.filter { $0.tokens.count > fewRows }
        return groups(short, of: fewRows) + groups(long, of: mostTokens)
    }

    private static func groups(_ pieces: [GenerationPiece], of mostTokens: Int) -> [[GenerationPiece]] {
        var groups: [[GenerationPiece]] = []
        var count = 0
        for piece in pieces {
            count += piece.tokens.count
            if groups.isEmpty || count > mostTokens {
                groups.append([])
                count = piece.tokens.count
            }
            groups[groups.count - 1].append(piece)
        }
        return groups
    }
}

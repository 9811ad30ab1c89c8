import Files

extension WordDifference {
    /// How changes are shown in a text.
    public enum Marking: Sendable {
        /// `[-removed-]{+added+}`
        case brackets
        /// Removed words red and crossed out, added ones green, by a terminal's escape sequences.
        case colours
    }

    /// The old and the new text in one, with the changes marked.
    public func text(_ marking: Marking) -> String {
        pieces.map { piece in
            switch (piece, marking) {
            case (.kept(let words), _): words
            case (.removed(let words), .brackets): "[-\(words)-]"
            case (.added(let words), .brackets): "{+\(words)+}"
            case (.removed(let words), .colours): "\u{1B}[31;9m\(words)\u{1B}[0m"
            case (.added(let words), .colours): "\u{1B}[32m\(words)\u{1B}[0m"
            }
        }.joined()
    }

    /// `[["=", kept], ["-", removed], ["+", added], …]`
    package var json: JSONValue {
        .array(
            pieces.map { piece in
                switch piece {
                case .kept(let words): .strings(["=", words])
                case .removed(let words): .strings(["-", words])
                case .added(let words): .strings(["+", words])
                }
            })
    }
}

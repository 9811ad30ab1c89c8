/// A sentence with places to fill in and with words that can be said more or less exactly.
///
/// `{city}` is filled in; `[my wife|my partner|somebody I know]` stands for its first part where the sentence says
/// everything, for its second part where it is vague and for its third part where nothing is left to infer. All groups of a
/// sentence change together.
struct Template: Sendable, ExpressibleByStringLiteral {
    indirect enum Piece: Sendable {
        case text(String)
        case value(String)
        case group([[Piece]])
    }

    let pieces: [Piece]

    init(stringLiteral text: String) { self.init(text) }

    init(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "[") {
            guard let end = rest[start...].firstIndex(of: "]") else { preconditionFailure("Template: \(text)") }
            pieces += Self.plain(rest[..<start])
            let levels = rest[rest.index(after: start)..<end].split(separator: "|", omittingEmptySubsequences: false)
            precondition(levels.count == Level.allCases.count, "Template: \(text)")
            pieces.append(.group(levels.map(Self.plain)))
            rest = rest[rest.index(after: end)...]
        }
        self.pieces = pieces + Self.plain(rest)
    }

    private static func plain(_ text: Substring) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text
        while let start = rest.firstIndex(of: "{") {
            guard let end = rest[start...].firstIndex(of: "}") else { preconditionFailure("Template: \(text)") }
            if start > rest.startIndex { pieces.append(.text(String(rest[..<start]))) }
            pieces.append(.value(String(rest[rest.index(after: start)..<end])))
            rest = rest[rest.index(after: end)...]
        }
        return rest.isEmpty ? pieces : pieces + [.text(String(rest))]
    }

    /// The names of all values to fill in.
    var names: Set<String> {
        func names(_ pieces: [Piece]) -> [String] {
            pieces.flatMap { piece -> [String] in
                switch piece {
                case .text: return []
                case .value(let name): return [name]
                case .group(let levels): return levels.flatMap { names($0) }
                }
            }
        }
        return Set(names(pieces))
    }
}

/// How much a sentence says about its author.
enum Level: Int, CaseIterable, Sendable, Comparable {
    /// As the author wrote it.
    case exact
    /// In more general words.
    case vague
    /// Nothing.
    case gone

    static func < (first: Level, second: Level) -> Bool { first.rawValue < second.rawValue }
}

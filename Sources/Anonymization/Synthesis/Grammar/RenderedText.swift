/// Text in the making, with where in it something is named and which words give something away.
struct RenderedText {
    private(set) var text = ""
    /// What was filled in that a mask would have to cover.
    private(set) var spans: [EntitySpan] = []
    /// The words of the groups, in order.
    private(set) var clues: [String] = []
    private var length = 0

    mutating func append(_ text: String, type: String? = nil) {
        let range = length..<length + text.unicodeScalars.count
        if let type { spans.append(EntitySpan(type: type, range: range)) }
        self.text += text
        length = range.upperBound
    }

    mutating func append(_ other: RenderedText) {
        spans += other.spans.map {
            EntitySpan(type: $0.type, range: $0.range.lowerBound + length..<$0.range.upperBound + length)
        }
        clues += other.clues
        text += other.text
        length += other.length
    }

    /// Notes the words from a place on as what gives something away.
    mutating func noteClue(from start: String.Index) {
        let clue = String(text[start...])
        if !clue.isEmpty { clues.append(clue) }
    }
}

extension Template {
    /// The sentence for an author at a level.
    ///
    /// - Parameters:
    ///   - values: what to fill in by name; a name that begins with a capital fills in the value with a capital.
    ///   - style: how the author types.
    func rendered(_ level: Level, _ values: [String: String], style: WritingStyle = .careful) -> RenderedText {
        var result = RenderedText()
        func render(_ pieces: [Piece]) {
            for piece in pieces {
                switch piece {
                case .text(let text): result.append(style.typed(text))
                case .value(let name): result.append(style.typed(values.filled(name)), type: EntityTypes.of(name))
                case .group(let levels):
                    let start = result.text.endIndex
                    render(levels[level.rawValue])
                    result.noteClue(from: start)
                }
            }
        }
        render(pieces)
        return result
    }
}

extension [String: String] {
    /// The value of a name; with a capital where the name has one.
    func filled(_ name: String) -> String {
        if let value = self[name] { return value }
        guard let value = self[name.prefix(1).lowercased() + name.dropFirst()] else {
            preconditionFailure("Template: nothing is called \(name)")
        }
        return value.prefix(1).uppercased() + value.dropFirst()
    }
}

/// What a mask has to cover, by the names of values in templates; types as Presidio calls them.
enum EntityTypes {
    static func of(_ name: String) -> String? { types[name.prefix(1).lowercased() + name.dropFirst()] }

    private static let types = [
        "city": "LOCATION", "country": "LOCATION", "spot": "LOCATION", "birthCity": "LOCATION",
        "birthCountry": "LOCATION", "birthSpot": "LOCATION", "friend": "PERSON", "name": "PERSON",
        "school": "ORGANIZATION",
        "organization": "ORGANIZATION", "age": "AGE", "birthDate": "DATE_TIME", "birthYear": "DATE_TIME",
        "date": "DATE_TIME",
        "ageYear": "DATE_TIME", "schoolYear": "DATE_TIME", "schoolLeaving": "DATE_TIME", "tripYear": "DATE_TIME",
        "firstComputer": "DATE_TIME", "email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER", "address": "STREET_ADDRESS",
        "iban": "IBAN_CODE", "card": "CREDIT_CARD", "account": "ACCOUNT_NUMBER", "ip": "IP_ADDRESS", "url": "URL",
    ]
}

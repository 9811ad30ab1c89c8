/// A sentence that gives away an attribute of its author.
struct Clue: Sendable {
    /// How plainly.
    enum Strength: Sendable {
        /// The value itself is there.
        case stated
        /// It follows from what is there.
        case hinted
        /// It is likely, given what is there.
        case faint

        /// How certain an adversary is at a level; 0 where nothing is inferred.
        func certainty(_ level: Level) -> Int {
            switch (self, level) {
            case (.stated, .exact): 5
            case (.hinted, .exact): 4
            case (.stated, .vague), (.faint, .exact): 3
            case (.hinted, .vague): 2
            case (.faint, .vague): 1
            case (_, .gone): 0
            }
        }
    }

    var attribute: Attribute
    var strength: Strength
    /// The values that the sentence fits; empty where it fits all.
    var values: [String]
    /// The least age of an author who would say it.
    var leastAge: Int
    var template: Template

    private init(
        _ attribute: Attribute, _ strength: Strength, _ values: [String], _ leastAge: Int, _ template: Template
    ) {
        self.attribute = attribute
        self.strength = strength
        self.values = values
        self.leastAge = leastAge
        self.template = template
    }

    /// Whether it names a wife, a boyfriend and the like, which says something about the author's gender too.
    var namesPartner: Bool {
        let names = template.names.map { $0.prefix(1).lowercased() + $0.dropFirst() }
        return names.contains { ["spouse", "lover", "ex"].contains($0) }
    }

    static func stated(_ attribute: Attribute, from leastAge: Int = 0, _ template: Template) -> Clue {
        Clue(attribute, .stated, [], leastAge, template)
    }

    static func stated(_ attribute: Attribute, _ values: [String], _ template: Template) -> Clue {
        Clue(attribute, .stated, values, 0, template)
    }

    static func hinted(_ attribute: Attribute, from leastAge: Int = 0, _ template: Template) -> Clue {
        Clue(attribute, .hinted, [], leastAge, template)
    }

    static func hinted(_ attribute: Attribute, _ values: [String], _ template: Template) -> Clue {
        Clue(attribute, .hinted, values, 0, template)
    }

    static func faint(_ attribute: Attribute, _ template: Template) -> Clue {
        Clue(attribute, .faint, [], 0, template)
    }

    static func faint(_ attribute: Attribute, _ values: [String], _ template: Template) -> Clue {
        Clue(attribute, .faint, values, 0, template)
    }
}

/// What people write about in one place: sentences that fit together in any choice.
struct Topic: Sendable {
    var name: String
    /// Begin a text.
    var openers: [String]
    var clues: [Clue]
    /// Say nothing about the author.
    var remarks: [String]
    /// End a text.
    var closers: [String]
}

extension Topic {
    static let all = [
        food, commuting, work, money, housing, outdoors, sleep, travel, learning, technology, ageing, family, sport,
        pets,
    ]
}

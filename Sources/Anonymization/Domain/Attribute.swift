/// What an adversary may infer about the author of a text: the eight attributes of Staab et al., "Beyond memorization:
/// violating privacy via inference with large language models" (ICLR 2024), which SEAL protects.
public enum Attribute: String, CaseIterable, Sendable, Codable, Comparable {
    case age, education, gender, income, location, relationship, occupation, birthplace

    /// In the order of the cases.
    public static func < (first: Attribute, second: Attribute) -> Bool { first.position < second.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Attribute {
    /// The attribute that a name means, whatever its case: ours, SEAL's (`married`, `pobp`) or SynthPAI's (`sex`,
    /// `city_country`, `birth_city_country`, `income_level`, `relationship_status`); nil for any other.
    public init?(named name: String) {
        let name = name.trimming(while: \.isWhitespace).lowercased()
        switch name {
        case "married", "marital status", "relationship status", "relationship_status": self = .relationship
        case "pobp", "place of birth", "birth place", "birth_city_country": self = .birthplace
        case "sex": self = .gender
        case "city_country", "current place of living": self = .location
        case "income_level", "yearly income": self = .income
        case "level of education", "education_category": self = .education
        default: self.init(rawValue: name)
        }
    }

    /// The attribute's key in trajectory files, which are those of SEAL.
    public var fileKey: String {
        switch self {
        case .relationship: "married"
        case .birthplace: "pobp"
        default: rawValue
        }
    }

    /// The values the attribute can take, from least to most where there is an order; empty where it can be anything.
    public var options: [String] {
        switch self {
        case .education: ["No Highschool", "In Highschool", "HS Diploma", "In College", "College Degree", "PhD"]
        case .gender: ["Male", "Female"]
        case .income: ["No income", "Low", "Medium", "High", "Very High"]
        case .relationship: ["No relation", "In Relation", "Married", "Divorced"]
        case .age, .location, .occupation, .birthplace: []
        }
    }
}

extension String {
    /// The string without the characters at both ends for which `isTrimmed` holds.
    func trimming(while isTrimmed: (Character) -> Bool) -> String {
        guard let first = firstIndex(where: { !isTrimmed($0) }), let last = lastIndex(where: { !isTrimmed($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}

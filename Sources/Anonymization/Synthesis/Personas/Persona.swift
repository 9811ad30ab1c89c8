/// A made-up author, with a value for each of the eight attributes.
struct Persona: Sendable {
    /// Such as `p00012`.
    var id: String
    var name: String
    var age: Int
    var gender: String
    /// Of the person the author lives with, is seeing or used to live with.
    var partnerGender: String
    var relationship: String
    var place: Place
    var birthplace: Place
    var occupation: Occupation
    var style: WritingStyle
    /// What the author writes in; nil for English.
    var language: WrittenLanguage?

    /// The year in which all texts are written.
    static let year = 2025

    var isStudent: Bool { ["In Highschool", "In College"].contains(occupation.education) }
    var isFromElsewhere: Bool { place.country != birthplace.country }

    /// What is true, by attribute.
    var truth: [Attribute: String] {
        [
            .age: "\(age)", .education: occupation.education, .gender: gender, .income: occupation.income,
            .location: place.name, .relationship: relationship, .occupation: occupation.title,
            .birthplace: birthplace.name,
        ]
    }

    /// The persona of a number.
    init(number: Int, seed: UInt64) {
        var random = SynthesisRandom(seed: seed, 1, number)
        let digits = String(number)
        id = "p" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        gender = random.pick(["Male", "Female"])
        let other = gender == "Male" ? "Female" : "Male"
        partnerGender = random.chance(93) ? other : gender
        name = PersonName.full(gender, &random)
        language = random.chance(12) ? random.pick(WrittenLanguage.all) : nil
        occupation = random.pick(language?.occupations ?? Occupation.all)
        age = random.number(in: occupation.ages)
        relationship = Self.relationship(age: age, &random)
        place = random.pick(language?.places ?? Place.all)
        birthplace = random.chance(35) ? place : random.pick(Place.all)
        style = language == nil ? random.pick(WritingStyle.allCases) : .careful
    }

    private static func relationship(age: Int, _ random: inout SynthesisRandom) -> String {
        let percent = random.number(in: 1...100)
        switch age {
        case ..<20: return percent <= 70 ? "No relation" : "In Relation"
        case ..<30: return percent <= 40 ? "No relation" : percent <= 80 ? "In Relation" : "Married"
        default:
            return percent <= 15
                ? "No relation" : percent <= 33 ? "In Relation" : percent <= 80 ? "Married" : "Divorced"
        }
    }
}

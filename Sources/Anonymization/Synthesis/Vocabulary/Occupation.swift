/// A job and what people who do it mention in passing.
struct Occupation: Sendable, Equatable {
    /// The field, as its name is left when the job is not: "in healthcare".
    enum Field: String, Sendable {
        case healthcare, education, technology, construction, finance, hospitality, transport, law, research, retail
        case theArts = "the arts"
        case agriculture, administration
    }

    /// Without an article, as in "nurse".
    var title: String
    var field: Field
    /// What one does all day ("spent the morning …"), and what is left of it.
    var task: (name: String, kind: String)
    /// Where one does it ("back at …"), and what is left of it.
    var workplace: (name: String, kind: String)
    /// As `Attribute.education` has it.
    var education: String
    /// As `Attribute.income` has it.
    var income: String
    var ages: ClosedRange<Int>

    init(
        _ title: String, _ field: Field, task: (String, String), at workplace: (String, String), _ education: String,
        _ income: String, _ ages: ClosedRange<Int>
    ) {
        self.title = title
        self.field = field
        self.task = task
        self.workplace = workplace
        self.education = education
        self.income = income
        self.ages = ages
    }

    /// "a nurse", "an electrician"
    var withArticle: String { ("aeiou".contains(title.first ?? "x") ? "an " : "a ") + title }

    static func == (first: Occupation, second: Occupation) -> Bool { first.title == second.title }

    static let all = careAndSchool + office + hands + young
}

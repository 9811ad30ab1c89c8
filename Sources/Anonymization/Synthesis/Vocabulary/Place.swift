/// A city and what people who live there mention in passing.
struct Place: Sendable, Equatable {
    var city: String
    var country: String
    /// What is left of the place in general words, as in "a city in southern Europe".
    var area: String
    var currency: Currency
    /// Something everybody there knows, and what it is.
    var spot: (name: String, kind: String)
    /// What one eats there, and what it is.
    var food: (name: String, kind: String)

    init(
        _ city: String, _ country: String, _ area: String, _ currency: Currency, spot: (String, String),
        food: (String, String)
    ) {
        self.city = city
        self.country = country
        self.area = area
        self.currency = currency
        self.spot = spot
        self.food = food
    }

    /// City and country, as an adversary names them.
    var name: String { city == country ? city : "\(city), \(country)" }

    /// The country with its article, as it stands within a sentence.
    var countryInText: String {
        ["United States", "United Kingdom", "Netherlands", "Philippines"].contains(country) ? "the \(country)" : country
    }

    static func == (first: Place, second: Place) -> Bool { first.name == second.name }

    static let all = europe + americas + asiaAndOceania + africa
}

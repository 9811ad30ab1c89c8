extension Persona {
    /// What templates are filled with, written as the author writes numbers and dates in one text.
    func values(_ random: inout SynthesisRandom) -> [String: String] {
        let isMale = gender == "Male"
        let (birthMonth, birthDay) = (random.number(in: 1...12), random.number(in: 1...28))
        let born = Self.year - age
        let thousands: ClosedRange<Int> =
            switch occupation.income {
            case "Low": 12...29
            case "Medium": 31...59
            case "High": 62...145
            default: 155...320
            }
        let partner = partnerGender == "Female"
        let values = [
            "city": place.city, "country": place.country, "area": place.area, "spot": place.spot.name,
            "spotKind": place.spot.kind, "food": place.food.name, "foodKind": place.food.kind,
            "birthCity": birthplace.city, "birthCountry": birthplace.countryInText, "birthArea": birthplace.area,
            "birthSpot": birthplace.spot.name, "birthFood": birthplace.food.name, "birthFoodKind": birthplace.food.kind,
            "job": occupation.withArticle, "inField": "in \(occupation.field.rawValue)", "task": occupation.task.name,
            "taskKind": occupation.task.kind, "workplace": occupation.workplace.name,
            "workplaceKind": occupation.workplace.kind,
            "amount": place.currency.amount(thousands: random.number(in: thousands), &random),
            "spouse": partner ? "wife" : "husband", "lover": partner ? "girlfriend" : "boyfriend",
            "ex": partner ? "ex-wife" : "ex-husband", "friend": PersonName.given(partnerGender, &random),
            "man": isMale ? "man" : "woman", "women": isMale ? "men" : "women", "son": isMale ? "son" : "daughter",
            "uncle": isMale ? "uncle" : "aunt",
            "age": Dates.age(age, &random), "decade": Dates.decade(of: age),
            "decadeOrdinal": Dates.roundBirthday(before: age),
            "birthYear": Dates.year(born, &random), "birthDecade": "\(born / 10 * 10)s",
            "birthDate": Dates.written(year: born, month: birthMonth, day: birthDay, &random),
            "ageYear": Dates.year(born + 20, &random), "schoolYear": Dates.year(born + 6, &random),
            "schoolLeaving": Dates.year(born + 18, &random), "tripYear": Dates.year(born + 18, &random),
            "firstComputer": Dates.year(born + 10, &random),
            "season": random.pick(["spring", "summer", "autumn", "winter"]),
            "school": random.pick(occupation.education == "In Highschool" ? Self.highSchools : Self.universities),
            "degree": random.pick(Self.degrees(in: occupation)),
        ]
        return language.map { values.merging($0.values(for: self, birthday: (birthMonth, birthDay))) { $1 } } ?? values
    }

    private static let highSchools = [
        "Lincoln High", "St. Brigid's", "Northgate High", "Riverside High", "the Goethe-Gymnasium",
    ]
    private static let universities = [
        "State", "the polytechnic", "Queen's", "the Technical University", "Trinity", "the Federal University",
    ]

    private static func degrees(in occupation: Occupation) -> [String] {
        let first = occupation.education == "PhD" ? "doctorate" : "degree"
        return switch occupation.field {
        case .healthcare: ["\(first) in medicine", "\(first) in health sciences"]
        case .education: ["\(first) in education", "teaching \(first)"]
        case .technology: ["\(first) in computer science", "\(first) in statistics"]
        case .construction: ["\(first) in engineering", "\(first) in architecture"]
        case .finance: ["\(first) in economics", "\(first) in business"]
        case .law: ["law \(first)", "\(first) in law"]
        case .research: ["\(first) in the sciences", "\(first) in natural sciences"]
        default: ["\(first) in the humanities", "\(first) in management"]
        }
    }
}

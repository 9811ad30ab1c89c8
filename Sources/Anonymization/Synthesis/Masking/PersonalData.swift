/// Names, numbers and addresses of nobody, in the formats in which people write them.
struct PersonalData {
    private var random: SynthesisRandom

    init(_ random: SynthesisRandom) { self.random = random }

    /// What a template about personal data is filled with.
    mutating func values() -> [String: String] {
        let gender = random.pick(["Male", "Female"])
        let name = PersonName.full(gender, &random)
        let place = random.pick(Place.all)
        return [
            "name": name, "friend": PersonName.full(random.pick(["Male", "Female"]), &random), "email": email(),
            "phone": phone(), "address": address(), "city": place.city, "country": place.countryInText, "date": date(),
            "iban": iban(), "card": card(), "account": account(), "organization": random.pick(Self.organizations),
            "ip": ip(),
            "url": "https://\(random.pick(Self.domains))/u/\(random.number(in: 1000...99999))",
            "age": Dates.age(random.number(in: 18...79), &random),
        ]
    }

    private static let organizations = [
        "Halden & Sons", "Nordlicht GmbH", "Clínica Los Álamos", "Kite Logistics", "St. Brendan's Hospice",
        "Mirage Dental",
        "株式会社みどり", "Fundação Aurora", "Bluewater Credit Union", "Atelier Morel", "Sunita Textiles", "3 Oaks Academy",
        "Hofbäckerei Zenz", "Otago Fisheries", "Zielona Szkoła", "ООО Ромашка", "Kestrel Insurance",
        "The Corner Clinic",
    ]
    private static let domains = [
        "example.com", "example.org", "example.net", "mail.example", "post.example", "shop.example",
    ]
    private static let streets = [
        "Quarry Lane", "Rue des Tilleuls", "Am Alten Hafen", "Calle del Olmo", "Via dei Pini", "Lindenallee",
        "Harbour View Rd",
        "ulica Lipowa", "Rua das Acácias", "Jalan Mawar", "Maple Crescent", "Old Mill St.",
    ]

    private mutating func digits(_ count: Int) -> String {
        (0..<count).map { _ in String(random.number(in: 0...9)) }.joined()
    }

    private mutating func email() -> String {
        let first = random.pick([
            "j.k", "ngozi", "thao.le", "kontakt", "maria_1987", "o.shea", "li-na", "bo", "xochitl.g", "d.angelo",
            "sven",
        ])
        return random.pick([
            "\(first)@\(random.pick(Self.domains))",
            "\(first)\(random.number(in: 1...99))@\(random.pick(Self.domains))",
            "\(first) (at) \(random.pick(Self.domains))",
        ])
    }

    private mutating func phone() -> String {
        let (a, b, c) = (digits(3), digits(3), digits(4))
        return random.pick([
            "+1 (\(a)) 555-\(c)", "555.\(b).\(c)", "+49 \(a) \(b)\(digits(2))", "0\(digits(2)) / \(b) \(c)",
            "+33 6 \(digits(2)) \(digits(2)) \(digits(2)) \(digits(2))",
            "+91-\(digits(5))-\(digits(5))", "(0\(digits(2))) \(digits(4)) \(c)", "090-\(digits(4))-\(c)",
            "+44 7\(a) \(b)\(digits(3))",
        ])
    }

    private mutating func address() -> String {
        let (street, number) = (random.pick(Self.streets), random.number(in: 1...240))
        let city = random.pick(Place.all).city
        return random.pick([
            "\(number) \(street), \(city)", "\(street) \(number), \(digits(5)) \(city)",
            "\(street) \(number)B, Apt. \(random.number(in: 1...60)), \(city) \(digits(5))",
            "\(number)/\(random.number(in: 1...9)) \(street), \(digits(4)) \(city)", "c/o \(street) \(number)",
        ])
    }

    private mutating func date() -> String {
        Dates.written(
            year: random.number(in: 1948...2025), month: random.number(in: 1...12), day: random.number(in: 1...28),
            &random)
    }

    private mutating func iban() -> String {
        let number = random.pick(["DE", "NL", "FR", "PT", "PL"]) + digits(20)
        return random.chance(50) ? number : Self.inFours(number)
    }

    private mutating func card() -> String {
        let number = random.pick(["4", "5", "37"]) + digits(15)
        return random.pick([number, Self.inFours(number), String(Self.inFours(number).map { $0 == " " ? "-" : $0 })])
    }

    private mutating func account() -> String {
        random.pick([
            "AC-\(digits(6))", "\(digits(8))", "K/\(digits(4))-\(digits(3))", "no. \(digits(7))", "#\(digits(9))",
        ])
    }

    private mutating func ip() -> String {
        random.chance(70)
            ? (0..<4).map { _ in String(random.number(in: 1...254)) }.joined(separator: ".")
            : "2001:db8:\(digits(3))::\(digits(2))"
    }

    private static func inFours(_ text: String) -> String {
        text.enumerated().map { $0 > 0 && $0 % 4 == 0 ? " \($1)" : String($1) }.joined()
    }
}

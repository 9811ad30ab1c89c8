/// How much money is and how it is written somewhere.
enum Currency: Sendable {
    case euro, franc, koruna, zloty, leu, krona, pound, dollar, canadianDollar, mexicanPeso, colombianPeso, chileanPeso,
        real,
        argentinePeso, yen, won, yuan, dong, ringgit, philippinePeso, rupee, pakistaniRupee, lira, australianDollar,
        newZealandDollar, shilling, ugandanShilling, cedi, naira, rand, dirham

    /// What a thousand US dollars are, in thousands; roughly, and rounded.
    private var rate: Double {
        switch self {
        case .euro, .franc: 0.9
        case .pound: 0.8
        case .dollar: 1
        case .canadianDollar: 1.35
        case .australianDollar, .newZealandDollar: 1.5
        case .zloty, .ringgit: 4
        case .leu: 4.5
        case .real, .yuan: 6
        case .dirham, .krona: 10
        case .cedi: 13
        case .rand, .mexicanPeso: 18
        case .koruna: 23
        case .lira: 33
        case .philippinePeso: 56
        case .rupee: 83
        case .shilling: 130
        case .yen: 150
        case .pakistaniRupee: 280
        case .chileanPeso: 940
        case .argentinePeso: 1000
        case .won: 1350
        case .naira: 1500
        case .ugandanShilling: 3700
        case .colombianPeso: 4000
        case .dong: 25000
        }
    }

    /// A yearly amount as people there write it, in one of the ways they do.
    ///
    /// - Parameter thousands: of US dollars.
    func amount(thousands: Int, _ random: inout SynthesisRandom) -> String {
        let value = Int((Double(thousands) * rate * 10).rounded()) * 100
        let short = Self.grouped(value / 1000, ",") + "k"
        switch self {
        case .euro:
            return random.pick([
                Self.grouped(value, ".") + " €", Self.grouped(value, ".") + ",- €", short + " euros", "€" + short,
            ])
        case .franc:
            return random.pick([
                "CHF " + Self.grouped(value, "'"), Self.grouped(value, "'") + ".- francs", short + " francs",
            ])
        case .pound: return random.pick(["£" + short, "£" + Self.grouped(value, ","), "\(value / 1000) grand"])
        case .dollar: return random.pick(["$" + short, "$" + Self.grouped(value, ","), "USD \(value)", short])
        case .canadianDollar: return random.pick(["C$" + short, "CAD " + Self.grouped(value, " ")])
        case .australianDollar, .newZealandDollar:
            return random.pick(["$" + short + " plus super", "$" + Self.grouped(value, ",")])
        case .rupee:
            return random.pick([
                "\(max(1, value / 100_000)) lakh", "₹\(max(1, value / 100_000)) LPA", "₹ " + Self.grouped(value, ","),
            ])
        case .yen:
            return random.pick([
                "¥" + Self.grouped(value, ","), "\(max(1, value / 1_000_000)) million yen", "\(value / 10_000)万円",
            ])
        case .won: return random.pick(["₩" + Self.grouped(value, ","), "\(max(1, value / 1_000_000)) million won"])
        default: return Self.grouped(value, random.pick([",", ".", " "])) + " " + name
        }
    }

    private var name: String {
        switch self {
        case .koruna: "Kč"
        case .zloty: "zł"
        case .leu: "lei"
        case .krona: "kr"
        case .real: "reais"
        case .mexicanPeso, .colombianPeso, .chileanPeso, .argentinePeso, .philippinePeso: "pesos"
        case .yuan: "yuan"
        case .dong: "đồng"
        case .ringgit: "ringgit"
        case .pakistaniRupee: "rupees"
        case .lira: "lira"
        case .shilling, .ugandanShilling: "shillings"
        case .cedi: "cedis"
        case .naira: "naira"
        case .rand: "rand"
        case .dirham: "dirhams"
        default: ""
        }
    }

    static func grouped(_ value: Int, _ separator: String) -> String {
        value < 1000
            ? String(value)
            : grouped(value / 1000, separator) + separator + String(String(1000 + value % 1000).dropFirst())
    }
}

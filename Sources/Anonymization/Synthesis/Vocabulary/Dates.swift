/// Ages, years and dates as people write them.
enum Dates {
    private static let words = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    static func age(_ age: Int, _ random: inout SynthesisRandom) -> String {
        random.chance(60) ? "\(age)" : words(age)
    }

    /// A number from 1 to 79 in words.
    static func words(_ number: Int) -> String {
        if number < 20 { return words[number - 1] }
        let ten = tens[number / 10 - 2]
        return number % 10 == 0 ? ten : "\(ten)-\(words[number % 10 - 1])"
    }

    /// "thirties"
    static func decade(of age: Int) -> String {
        age < 20 ? "teens" : String(tens[age / 10 - 2].dropLast()) + "ies"
    }

    /// The last round birthday: "thirtieth".
    static func roundBirthday(before age: Int) -> String {
        age < 20 ? "tenth" : String(tens[age / 10 - 2].dropLast()) + "ieth"
    }

    static func year(_ year: Int, _ random: inout SynthesisRandom) -> String {
        random.chance(75) ? "\(year)" : "'" + twoDigits(year % 100)
    }

    /// A date in one of the ways of the world.
    static func written(year: Int, month: Int, day: Int, _ random: inout SynthesisRandom) -> String {
        let (m, d, name) = (twoDigits(month), twoDigits(day), months[month - 1])
        return random.pick([
            "\(year)-\(m)-\(d)", "\(d).\(m).\(year)", "\(month)/\(day)/\(twoDigits(year % 100))", "\(d)/\(m)/\(year)",
            "\(day) \(name) \(year)", "\(name) \(day), \(year)", "\(day). \(month). \(year)",
            "\(year)年\(month)月\(day)日",
            "\(d)\(name.prefix(3).uppercased())\(year)", "\(name.prefix(3)) \(day) '\(twoDigits(year % 100))",
        ])
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// A language other than English that some authors write in, with sentences of its own.
struct WrittenLanguage: Sendable {
    /// Such as `de`.
    var code: String
    /// What stands between sentences.
    var separator = " "
    /// Cities of `Place.all` by their English names, as they stand in the sentences.
    var cities: [String: String]
    /// What a man and what a woman in a job of `Occupation.all` is called, by its English name.
    var jobs: [String: (male: String, female: String)]
    /// How a date is written.
    var dates: DateFormat
    /// "wife" and "husband", and "girlfriend" and "boyfriend".
    var spouse: (wife: String, husband: String)
    var lover: (girlfriend: String, boyfriend: String)
    var topics: [Topic]

    static let all = [german, spanish, french, portuguese, polish, turkish, japanese, chinese]

    var places: [Place] { Place.all.filter { cities[$0.city] != nil } }
    var occupations: [Occupation] { Occupation.all.filter { jobs[$0.title] != nil } }

    enum DateFormat: Sendable {
        /// 05.03.1987
        case dots
        /// 05/03/1987
        case slashes
        /// 1987年3月5日
        case ideographs

        func written(year: Int, month: Int, day: Int) -> String {
            let (d, m) = (Dates.twoDigits(day), Dates.twoDigits(month))
            return switch self {
            case .dots: "\(d).\(m).\(year)"
            case .slashes: "\(d)/\(m)/\(year)"
            case .ideographs: "\(year)年\(month)月\(day)日"
            }
        }
    }

    /// What the sentences are filled with beside what English ones are.
    ///
    /// - Parameter birthday: the month and the day.
    func values(for persona: Persona, birthday: (month: Int, day: Int)) -> [String: String] {
        let born = Persona.year - persona.age
        let job = jobs[persona.occupation.title] ?? ("", "")
        return [
            "city": cities[persona.place.city] ?? persona.place.city,
            "spot": persona.place.spot.name.hasPrefix("the ")
                ? String(persona.place.spot.name.dropFirst(4)) : persona.place.spot.name,
            "job": persona.gender == "Male" ? job.0 : job.1, "age": "\(persona.age)",
            "birthYear": "\(born)", "schoolYear": "\(born + 6)",
            "birthDate": dates.written(year: born, month: birthday.month, day: birthday.day),
            "spouse": persona.partnerGender == "Female" ? spouse.wife : spouse.husband,
            "lover": persona.partnerGender == "Female" ? lover.girlfriend : lover.boyfriend,
        ]
    }
}

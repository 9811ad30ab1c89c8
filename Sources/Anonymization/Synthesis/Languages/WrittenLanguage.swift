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
    /// "wife" and "husband", and "girlfriend" and "boyfriend".
    var spouse: (wife: String, husband: String)
    var lover: (girlfriend: String, boyfriend: String)
    var topics: [Topic]

    static let all = [german, spanish, french, portuguese, polish, turkish, japanese, chinese]

    var places: [Place] { Place.all.filter { cities[$0.city] != nil } }
    var occupations: [Occupation] { Occupation.all.filter { jobs[$0.title] != nil } }

    /// What the sentences are filled with beside what English ones are.
    func values(for persona: Persona) -> [String: String] {
        let job = jobs[persona.occupation.title] ?? ("", "")
        return [
            "city": cities[persona.place.city] ?? persona.place.city,
            "spot": persona.place.spot.name.hasPrefix("the ")
                ? String(persona.place.spot.name.dropFirst(4)) : persona.place.spot.name,
            "job": persona.gender == "Male" ? job.0 : job.1, "age": "\(persona.age)",
            "spouse": persona.partnerGender == "Female" ? spouse.wife : spouse.husband,
            "lover": persona.partnerGender == "Female" ? lover.girlfriend : lover.boyfriend,
        ]
    }
}

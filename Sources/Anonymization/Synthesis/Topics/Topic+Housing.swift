extension Topic {
    static let housing = Topic(
        name: "housing",
        openers: [
            "Flat hunting should come with danger money.",
            "Thin walls teach you more about your neighbours than you ever asked for.",
            "We finally fixed the leaking tap, only eight months after it began.",
            "Never rent a place you haven't seen at night.",
            "Moving taught me that I own far too many cables.",
            "My landlord answered an email within a day, so mark the calendar.",
        ],
        clues: [
            .stated(.location, "A one-bedroom in [{city}|{area}|town] costs what a house did ten years ago."),
            .stated(
                .location,
                "I've rented in [{city}, {country}|a city in {area}|the same city] for years and never had a contract I understood completely."
            ),
            .hinted(
                .location,
                "From the kitchen window you can just see [{spot}|{spotKind}|the centre], if you lean out far enough."),
            .stated(
                .birthplace,
                "The house in [{birthCity}|{birthArea}|my home town] where I was born had a garden, which I miss every spring."
            ),
            .stated(
                .relationship, ["Married"],
                "[My {spouse} {friend}|My partner|Somebody else] picked the colour of the hallway, I only held the brush."
            ),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover}|My partner|A friend] moved in in March and brought eleven houseplants."),
            .hinted(
                .relationship, ["Divorced"],
                "[After my {ex} kept the house I|After some changes I|Some time ago I] had to begin again with a mattress and two chairs."
            ),
            .hinted(
                .relationship, ["No relation"],
                "[As a single tenant|On one salary|As a tenant] you end up paying for two rooms and using one."),
            .stated(
                .income, ["Low", "Medium"],
                "They wanted three times the rent as proof, and with [{amount} a year|my pay|what I have] that ruled out everything."
            ),
            .stated(
                .income, ["High", "Very High"],
                "Even with [{amount} a year|two good salaries' worth|a steady job] the bank asked for a guarantor."),
            .stated(
                .occupation,
                "Landlords like hearing that I am [{job}|{inField}|employed], at least until they hear about the hours."
            ),
            .hinted(
                .occupation,
                "Try keeping quiet hours when you come home from [{workplace}|{workplaceKind}|work] at midnight."),
            .stated(.age, "I'm [{age}|in my {decade}|an adult] and share a bathroom with three people."),
            .hinted(
                .age,
                "The building is from [{birthYear}, exactly as old as I am|about the year I was born|another time], and we creak in the same places."
            ),
            .hinted(
                .education, ["In College"],
                "[My dorm at {school}|My student room|My last room] had better heating than this."),
            .hinted(
                .education, ["PhD"],
                "[My doctoral thesis|A large stack of my papers|A stack of paper] props up the bookshelf, so it was good for something."
            ),
            .faint(
                .gender,
                "The plumber kept explaining pipes to me [because I'm a {man}|for some reason|for some reason], although I had found the leak myself."
            ),
        ],
        remarks: [
            "Take photos of everything before you move in.", "Damp always wins in the end.",
            "Good curtains are half the heating bill.",
            "The boxes labelled misc are the last ones you open.",
            "Ask the neighbours, they know what the agent doesn't say.",
            "Parquet looks nice until you own a chair.", "Nothing is as loud as a fridge at two in the morning.",
        ],
        closers: [
            "Good luck with the search.", "Read the contract twice.", "Never again, until the next time.", "",
            "Worth it in the end, though.", "Tell me it gets better.",
        ])
}

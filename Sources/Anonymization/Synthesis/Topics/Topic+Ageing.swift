extension Topic {
    static let ageing = Topic(
        name: "ageing",
        openers: [
            "Birthdays are for the people around you, I've decided.",
            "Found a box of old photos and lost the whole evening.",
            "Nobody feels as old as the number says.", "The songs of my youth are on the easy listening station now.",
            "I caught myself saying exactly what my parents used to say.",
        ],
        clues: [
            .stated(
                .age,
                "I turned [{age}|another year older in my {decade}|a year older] last week and celebrated with soup."),
            .stated(
                .age,
                "My date of birth, [{birthDate}|some day in the {birthDecade}|long past], needs a lot of scrolling on those online forms."
            ),
            .hinted(
                .age, from: 30,
                "We had the reunion of [the class of {schoolLeaving}|our old class|our class] and I recognised half of them."
            ),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My other half|Somebody] baked the same cake as every year, slightly burnt on one side."),
            .hinted(
                .relationship, ["Divorced"],
                "My [{ex}|old flame|old friend] called to congratulate, which was nice for about two minutes."),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover}|The person I'm seeing|A friend] lied about the surprise so badly that I had to act."),
            .hinted(
                .relationship, ["No relation"],
                "[Still no ring, still no plus one,|No big party,|No big party,] and nobody dared to ask this time."),
            .stated(
                .birthplace,
                "In [{birthCity}|{birthArea}|the town I'm from] you would get money in an envelope and a speech from an uncle."
            ),
            .hinted(
                .birthplace,
                "My aunt sent [{birthFood}|{birthFoodKind} from home|a parcel] through half the world for it."),
            .stated(
                .location, "We went for a walk through [{city}|a city in {area}|the city], which is free and suits me."),
            .hinted(.location, "We ended up at [{spot}|{spotKind}|the usual place] with paper cups."),
            .stated(.occupation, "They'll have to carry me out of this job, I like being [{job}|{inField}|useful]."),
            .hinted(
                .occupation,
                "The day itself I spent [{task}|{taskKind}|as any other], so don't imagine anything glamorous."),
            .faint(.gender, "Apparently [a {man}|somebody|somebody] my age shouldn't wear yellow, so I bought it."),
        ],
        remarks: [
            "Memory is a bad archivist.", "Good friends don't count the candles.",
            "The presents get better and the evenings get shorter.",
            "I kept all the cards.", "Nobody remembers the speeches.", "You stop counting and start doing.",
        ],
        closers: ["Here's to the next one.", "Time flies.", "", "And I still can't whistle.", "Call your old friends."])
}

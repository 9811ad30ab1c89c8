extension Topic {
    static let sport = Topic(
        name: "sport",
        openers: [
            "Slow running is still running.", "I went back to the pool after years and swallowed half of it.",
            "Gyms in January are a social experiment.", "You learn everything about people on a five-a-side pitch.",
            "Signed up for a race after two glasses of wine, so now I have to train.",
        ],
        clues: [
            .stated(
                .location, "The club in [{city}|{area}|town] is looking for people for the second team, by the way."),
            .hinted(
                .location, "My loop goes along [{spot}|{spotKind}|the water] and back, and it's flat, thank goodness."),
            .stated(.age, "At [{age}|an age in my {decade}|this pace] I get overtaken by prams."),
            .hinted(
                .age, from: 35, "My personal best is from [{ageYear}|a long time ago|another day] and will stay there."),
            .stated(
                .gender, ["Female"], "The [women's team|team|team] I play for has one changing room and no hot water."),
            .stated(
                .gender, ["Male"], "Our [men's squad|squad|squad] loses every away game and wins every third half."),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My partner|Somebody] waits at the finish with dry clothes and no pity."),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover}|My training partner|A friend] runs twice as far in the same time."),
            .hinted(
                .relationship, ["Divorced"],
                "I started it [when my marriage ended|in a difficult phase|some time ago], because running was cheaper than a therapist."
            ),
            .hinted(.occupation, "Five kilometres clear the head after [{task}|{taskKind}|a long day]."),
            .stated(
                .occupation,
                "With the shifts of [{job}|a job {inField}|my job] I train at hours when even the owls are asleep."),
            .hinted(
                .birthplace,
                "I learned to swim [as a child in {birthCity}|far from here, in {birthArea}|in a lake], which is nothing like a pool with lanes."
            ),
            .hinted(
                .income, ["Low", "No income"],
                "The membership is half price [for people without an income like me|for people who earn little|at the moment], so no excuses."
            ),
            .hinted(
                .education, ["In College", "In Highschool"],
                "I play for [{school}|my school|a team], mostly from the bench."),
        ],
        remarks: [
            "Shoes matter, everything else is decoration.", "Rest days are training too.",
            "The coach says technique, my lungs say no.",
            "You never regret going, only not going.", "Stretch, or don't, but be consistent about it.",
            "Counting laps is harder than swimming them.",
        ],
        closers: ["See you at the start.", "Everything hurts, ten out of ten.", "", "Who's in?", "Baby steps."])
}

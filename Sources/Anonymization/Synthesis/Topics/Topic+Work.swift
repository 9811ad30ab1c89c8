extension Topic {
    static let work = Topic(
        name: "work",
        openers: [
            "Meetings that could have been a message, part one hundred.", "It took me too long to learn to say no.",
            "Nobody tells you how much of any job is waiting for other people.",
            "Burnout creeps up on you, so take the early signs seriously.",
            "My rule is to never answer anything after seven.",
            "Some colleagues are the reason you stay, others are the reason you update your CV.",
        ],
        clues: [
            .stated(.occupation, "I am [{job}|working {inField}|working full time], and most days I still like it."),
            .stated(.occupation, "When people hear that I'm [{job}|{inField}|busy], they always ask for free advice."),
            .hinted(
                .occupation, "Yesterday I spent the whole afternoon [{task}|{taskKind}|on one task] and nobody noticed."
            ),
            .hinted(
                .occupation,
                "Back at [{workplace}|{workplaceKind}|work] the mood is better than it has been for months."),
            .hinted(
                .education, ["PhD"],
                "[Writing my dissertation|Years of studying|What I did before] taught me patience, if nothing else."),
            .hinted(
                .education, ["College Degree"],
                "[Nothing I learned for my degree|Little that I learned at university|Little that I learned before] prepared me for office politics."
            ),
            .hinted(
                .education, ["HS Diploma"],
                "[I never went to college, I started right after my diploma|I started early, without a degree|I started early], and I don't regret it."
            ),
            .hinted(
                .education, ["No Highschool"],
                "[I left school at fifteen without finishing|I left school early|I took the short way], so everything I know I learned on the job."
            ),
            .hinted(
                .education, ["In College"],
                "I do this beside [my courses at {school}|my studies|other things], so twenty hours a week is the limit."
            ),
            .stated(
                .income, ["Medium", "High", "Very High"],
                "I make [{amount} a year|enough to live on|enough], and money is not what would make me leave."),
            .stated(
                .income, ["Low"],
                "For [{amount} a year|the little they pay|what they pay] I expect at least a working coffee machine."),
            .stated(
                .age, from: 40,
                "At [{age}|my age|this point] I am the one who remembers how things were done before the last three reorganisations."
            ),
            .hinted(
                .age, from: 35,
                "I started my first job [in {ageYear}|many years ago|a while ago], back when we still printed everything."
            ),
            .stated(.location, "The office is in [{city}|a city in {area}|the city], so at least lunch is good."),
            .hinted(
                .location,
                "We go to [{spot}|{spotKind}|the usual place] after work on Thursdays, and that is where the real decisions are made."
            ),
            .stated(
                .relationship, ["Married"], "[My {spouse}|My partner|A friend] says I talk about work in my sleep."),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover}|My partner|A friend] has heard enough about my boss for a lifetime."),
            .faint(
                .gender,
                "I am the only [{man}|person like me|newcomer] on the team, and it took them a year to stop making remarks."
            ),
        ],
        remarks: [
            "A good boss protects your calendar.", "Writing things down has saved me more than once.",
            "The trick is to do the unpleasant thing first.", "Breaks are part of the job, not a reward for it.",
            "Every team needs one person who asks the silly question.", "Nothing is as permanent as a temporary fix.",
            "It gets easier once you stop wanting to be liked by everyone.",
        ],
        closers: [
            "Hang in there.", "That's how I see it, at least.", "Talk to someone before it gets worse.", "",
            "Curious how others handle this.", "Monday again, wish me luck.",
        ])
}

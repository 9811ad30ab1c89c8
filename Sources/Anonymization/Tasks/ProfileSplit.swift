import Diagnostics
import Foundation
import Tensors

/// Which profiles are held out: never a part of an author's texts, and never a text that is trained on under another name.
struct ProfileSplit {
    let heldOut: Set<String>

    /// Draws `fraction` of the profiles, at least one, whatever the order of the trajectories; none where it is 0.
    ///
    /// Profiles that share an original text are held out together.
    ///
    /// - Throws: `InputError(.data)` naming `path` where a profile is to be held out and none could be trained on then.
    init(of trajectories: [Trajectory], fraction: Double, seed: UInt64, path: String) throws(InputError) {
        guard fraction > 0 else {
            heldOut = []
            return
        }
        let groups = Self.groups(of: trajectories)
        guard groups.count > 1 else {
            throw InputError(
                .data, at: path,
                "expected texts of two or more profiles to hold one out, found one; --held-out 0 holds out none")
        }
        let profileCount = groups.reduce(0) { $0 + $1.count }
        let wanted = max(1, Int((fraction * Double(profileCount)).rounded()))
        let order = RandomKey(seed: seed).folding(0).shuffledIndices(count: groups.count)
        var drawn: Set<String> = []
        for group in order.map({ groups[$0] }) where drawn.count + group.count <= min(wanted, profileCount - 1) {
            drawn.formUnion(group)
        }
        // Where every group is larger than what is wanted, the smallest comes closest.
        heldOut = drawn.isEmpty ? Set(order.map { groups[$0] }.min { $0.count < $1.count } ?? []) : drawn
    }

    /// The profiles, those together that share an original text; sorted.
    private static func groups(of trajectories: [Trajectory]) -> [[String]] {
        var leader: [String: String] = [:]
        func root(of profile: String) -> String {
            var profile = profile
            while let next = leader[profile], next != profile { profile = next }
            return profile
        }
        var profileOfText: [String: String] = [:]
        for trajectory in trajectories {
            let profile = root(of: trajectory.profile)
            leader[profile] = profile
            leader[trajectory.profile] = profile
            if let other = profileOfText[trajectory.states[0].text] {
                leader[profile] = root(of: other)
            } else {
                profileOfText[trajectory.states[0].text] = profile
            }
        }
        let groups = Dictionary(grouping: Set(leader.keys).sorted(), by: root)
        return groups.values.sorted { $0[0] < $1[0] }
    }
}

import Orchestration

/// Where git finds the attributes with which a tree merges: folders with nothing but the tree's `.gitattributes` files.
///
/// What is known of one tree is carried on to the next by looking at what differs between them, so that no merge walks through a whole tree.
actor AttributePlaces {
    /// The attribute files of a tree: blobs by path.
    typealias Files = [String: ObjectID]

    /// The newest last.
    private var known: [(tree: ObjectID, files: Files)] = []
    private var places: [(files: Files, folder: String)] = []

    /// What is known of `tree`, or else of the tree that was looked at last.
    func nearest(to tree: ObjectID) -> (tree: ObjectID, files: Files)? { known.last { $0.tree == tree } ?? known.last }

    func learn(_ tree: ObjectID, _ files: Files) {
        known.removeAll { $0.tree == tree }
        known.append((tree, files))
        // The base and each team's branch go on in turns.
        if known.count > 16 { known.removeFirst() }
    }

    func folder(for files: Files) -> String? { places.last { $0.files == files }?.folder }

    func add(_ folder: String, for files: Files) { places.append((files, folder)) }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Mode} from "../../../contracts/oracle/interfaces/IPriceRouter.sol";
import {Attestation} from "../../../contracts/payments/conditions/Attestation.sol";
import {HashLock} from "../../../contracts/payments/conditions/HashLock.sol";
import {PriceLimit} from "../../../contracts/payments/conditions/PriceLimit.sol";
import {Quorum} from "../../../contracts/payments/conditions/Quorum.sol";
import {Several} from "../../../contracts/payments/conditions/Several.sol";
import {TimeWindow} from "../../../contracts/payments/conditions/TimeWindow.sol";
import {ICondition} from "../../../contracts/payments/interfaces/ICondition.sol";
import {Question} from "../../../contracts/payments/interfaces/IPayments.sol";
import {HostileCondition} from "./HostileCondition.sol";
import {PaymentWorld} from "./PaymentWorld.sol";

/// @notice Questions of every kind, hostile ones among them, what is brought for them, honest and forged, and the model's own
/// answers.
abstract contract PaymentQuestions is PaymentWorld {
    address internal hashLock;
    address internal timeWindow;
    address internal priceLimit;
    address internal quorum;
    address internal attestation;
    address internal several;
    address internal hostile;
    address internal constant NOBODY = address(0xDEAD);

    /// @dev When each secret was first shown, by its number.
    mapping(uint256 number => uint256) internal shownAt;

    function _openConditions() internal {
        hashLock = ship("HashLock", abi.encode(secrets));
        timeWindow = ship("TimeWindow", "");
        priceLimit = ship("PriceLimit", abi.encode(prices));
        quorum = ship("Quorum", "");
        attestation = ship("Attestation", "");
        several = ship("Several", "");
        hostile = address(new HostileCondition());
    }

    function _secret(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("secret", number));
    }

    function _draftQuestion(uint256 number, uint256 k, uint256 latchBy) internal returns (Question memory q) {
        uint256 kind = _below(9);
        (uint40 from, uint40 until) = _window(latchBy);
        if (kind == 0) (q.condition, q.terms) = (ICondition(hashLock), _locked(number, until));
        if (kind == 1) (q.condition, q.terms) = (ICondition(timeWindow), abi.encode(TimeWindow.Terms(from, until)));
        if (kind == 2) {
            uint64 limit = uint64(uint256(kits[k].dollars) * 1e12 * (80 + _upTo(40)) / 100);
            q.terms = abi.encode(PriceLimit.Terms(kits[k].id, limit, _once(2), from, until));
            q.condition = ICondition(priceLimit);
        }
        if (kind == 3) (q.condition, q.terms) = (ICondition(quorum), _signers());
        if (kind == 4) {
            q.terms = abi.encode(Attestation.Terms(people[_below(PEOPLE)], bytes32(number), from, until, _once(4)));
            q.condition = ICondition(attestation);
        }
        if (kind == 5) (q.condition, q.terms) = (ICondition(several), _parts(number, from, until));
        if (kind > 5) (q.condition, q.terms) = (ICondition(hostile), abi.encode(_upTo(7)));
        if (kind == 8 && _once(3)) q.condition = ICondition(NOBODY);
    }

    function _window(uint256 latchBy) private returns (uint40 from, uint40 until) {
        from = uint40(_once(2) ? clock : clock + _upTo(latchBy - clock));
        // Some say yes for longer than it counts.
        until = uint40(_once(2) ? latchBy + 1 days : from + _upTo(latchBy - from));
    }

    function _locked(uint256 number, uint40 until) private pure returns (bytes memory) {
        return abi.encode(HashLock.Terms(sha256(abi.encode(_secret(number))), until));
    }

    /// @dev Three people in ascending order, of whom two must sign.
    function _signers() private returns (bytes memory) {
        Quorum.Terms memory q;
        q.signers = new address[](3);
        uint256 from = _below(PEOPLE);
        for (uint256 i; i < 3; ++i) {
            q.signers[i] = people[(from + i) % PEOPLE];
            for (uint256 j = i; j > 0 && q.signers[j] < q.signers[j - 1]; --j) {
                (q.signers[j], q.signers[j - 1]) = (q.signers[j - 1], q.signers[j]);
            }
        }
        (q.threshold, q.shared) = (2, _once(4));
        return abi.encode(q);
    }

    /// @dev Two of: a time, a secret, one that never says yes.
    function _parts(uint256 number, uint40 from, uint40 until) private view returns (bytes memory) {
        Several.Terms memory s;
        (s.threshold, s.parts) = (2, new Several.Part[](3));
        s.parts[0] = Several.Part(ICondition(timeWindow), abi.encode(TimeWindow.Terms(from, until)));
        s.parts[1] = Several.Part(ICondition(hashLock), _locked(number, until));
        s.parts[2] = Several.Part(ICondition(hostile), abi.encode(HostileCondition.Mood.NO));
        return abi.encode(s);
    }

    // ---- what is brought, and what must come of it

    /// @param honest Whether what is brought is right, as far as it can be now; forged evidence meets nothing.
    function _evidence(Position storage p, bool honest) internal returns (bytes memory witness, bool met) {
        address c = address(p.question.condition);
        if (c == hashLock) return _reveal(p, honest);
        if (c == timeWindow) return ("", _isWithin(p));
        if (c == priceLimit) return ("", _isPriced(p));
        if (c == quorum) return _approvals(p, honest);
        if (c == attestation) return _attested(p, honest);
        if (c == several) return _shown(p, honest);
        if (c != hostile) return ("", false);
        uint256 mood = abi.decode(p.question.terms, (uint256));
        if (mood == uint256(HostileCondition.Mood.REENTER)) witness = _reentry(p);
        met = mood == uint256(HostileCondition.Mood.YES) || mood >= uint256(HostileCondition.Mood.BOMB);
    }

    /// @dev Money for whoever is asked, while it is asked; or what anyone can do at any other time.
    function _reentry(Position storage p) private returns (bytes memory) {
        if (_once(2)) return abi.encode(address(secrets), abi.encodeCall(secrets.register, (_secret(p.number + 2_000_000))));
        return abi.encode(address(payments), abi.encodeCall(payments.accept, (p.terms)));
    }

    function _reveal(Position storage p, bool honest) private returns (bytes memory witness, bool met) {
        HashLock.Terms memory lock = abi.decode(p.question.terms, (HashLock.Terms));
        bool brings = honest && (shownAt[p.number] == 0 || _once(2));
        witness = brings ? abi.encode(_secret(p.number)) : _once(2) ? bytes("") : abi.encode(_secret(p.number + 1_000_000));
        met = (shownAt[p.number] != 0 && shownAt[p.number] <= lock.before) || (brings && clock <= lock.before);
    }

    function _isWithin(Position storage p) private view returns (bool) {
        TimeWindow.Terms memory w = abi.decode(p.question.terms, (TimeWindow.Terms));
        return w.from <= clock && clock <= w.until;
    }

    function _isPriced(Position storage p) private view returns (bool) {
        PriceLimit.Terms memory l = abi.decode(p.question.terms, (PriceLimit.Terms));
        if (routerDown || quotes[p.k].mode != Mode.NORMAL || clock < l.from || clock > l.until) return false;
        if (quotes[p.k].readAt < l.from) return false;
        return l.above ? quotes[p.k].bid >= l.limit : quotes[p.k].ask <= l.limit;
    }

    function _approvals(Position storage p, bool honest) private returns (bytes memory, bool) {
        Quorum.Terms memory q = abi.decode(p.question.terms, (Quorum.Terms));
        Quorum.Approval[] memory list_ = new Quorum.Approval[](2);
        uint256 forgery = honest ? 9 : _below(4);
        // Another payment's, unless one serves all.
        bytes32 payment = forgery == 0 && !q.shared ? bytes32(uint256(p.id) ^ 1) : q.shared ? bytes32(0) : p.id;
        bytes32 asked = keccak256(p.question.terms);
        if (forgery == 0 && q.shared) asked = keccak256("other terms");
        bytes32 hash = keccak256(abi.encode(keccak256("Approval(bytes32 payment,bytes32 terms)"), payment, asked));
        uint256 first = _below(2);
        uint256 second = forgery == 1 ? first : first + 1;
        list_[0] = Quorum.Approval(first, _sign(_keyOf(q.signers[first]), quorum, "Strongroom Quorum", hash));
        uint256 key = forgery == 2 ? 0xBAD : _keyOf(q.signers[second]);
        list_[1] = Quorum.Approval(second, _sign(key, quorum, "Strongroom Quorum", hash));
        // By descending place.
        if (forgery == 3) (list_[0], list_[1]) = (list_[1], list_[0]);
        return (abi.encode(list_), honest);
    }

    function _attested(Position storage p, bool honest) private returns (bytes memory, bool) {
        Attestation.Terms memory a = abi.decode(p.question.terms, (Attestation.Terms));
        uint40 time = uint40(clock < a.until ? clock : a.until);
        bytes32 payment = a.shared ? bytes32(0) : p.id;
        bytes32 claim = a.claim;
        bool other = !honest && _once(2);
        if (other && a.shared) claim = bytes32(uint256(claim) + 1);
        else if (other) payment = bytes32(uint256(payment) ^ 1);
        bytes32 hash = keccak256(
            abi.encode(keccak256("Attestation(bytes32 payment,bytes32 claim,uint40 time)"), payment, claim, time)
        );
        uint256 key = honest || other ? _keyOf(a.attestor) : 0xBAD;
        bytes memory signature = _sign(key, attestation, "Strongroom Attestation", hash);
        return (abi.encode(Attestation.Witness(time, signature)), honest && time >= a.from);
    }

    function _shown(Position storage p, bool honest) private returns (bytes memory, bool) {
        Several.Terms memory s = abi.decode(p.question.terms, (Several.Terms));
        TimeWindow.Terms memory w = abi.decode(s.parts[0].terms, (TimeWindow.Terms));
        Several.Shown[] memory list_ = new Several.Shown[](2);
        list_[0] = Several.Shown(0, "");
        list_[1] = Several.Shown(honest ? 1 : _once(2) ? 0 : 2, abi.encode(_secret(p.number)));
        bool known = shownAt[p.number] != 0 && shownAt[p.number] <= w.until;
        bool met = w.from <= clock && clock <= w.until && (known || clock <= w.until);
        return (abi.encode(list_), honest && met);
    }

    function _sign(uint256 key, address verifier, string memory name, bytes32 hash) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, hash)));
        return abi.encodePacked(r, s, v);
    }
}

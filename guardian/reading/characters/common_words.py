"""Common words of English, by which a text is known to have become words once a disguise is undone.

The words of the project's own training texts (models/training/corpus, English ones, November 2026) that stand in at
least 18 of them, in small letters, without names, foreign words and odd abbreviations; and words of business with
money. Data only.
"""

from __future__ import annotations

from typing import Final

COMMON_WORDS: Final = """
    able about above accept accepted access accident account accountant accounts across act actually add added
    address admin advance advice afraid after afternoon afterwards again against age agency agent agents ago agree
    agreed agreement ahead air airport alarm alive all allotment allow allowed almost alone along aloud already also
    always am amazon among amount an and angry another answer answered answering answers any anybody anyone anything
    anyway anywhere apart app appeal apple application apply appointment approval approve approved apps are argue
    arm around arrest arrested arrived as ashamed ask asked asking asks asleep assistant assistants at ate attached
    attachment attack audit aunt autumn available average awake away awful babe baby back bad badge badly bag bags
    bakery balance band bank banking bar basket batch bathroom battery be bear beautiful because becomes bed bedroom
    beds bedtime been before begin begins behalf behind being believe below beside best better between big bigger
    bike bill billing bills bin bins birth birthday bit bitcoin bitcoins black blame blank bless block blocked blood
    blue board boat body boiler bond bonus book booked booking books boots boring boss bot both bother bots bottle
    bottom bought box boxes boy boys branch brave bread break breakfast breaks breathe breathing bridge brief bring
    brings bro broke broken brother brothers brought brown budget build building built buried burn burned bus buses
    business busy but button buy buyer buying by bye cabin cake calendar call called calling calls calm came camera
    can cancel cancelled candidate cannot cant canteen cap car card cards care careful carried carries carry case
    cases cash cat catch caught cause cent centre certain certificate chain chair chairs chance change changed
    changes chapter character charge charged chart chat chats cheap cheaper check checked checking checks cheese
    cheque chest chicken child children choice choir choose chosen church circle city claim claims class clause
    clean clear cleared clearly click client clients clinic clock close closed closes closing club coach coat code
    codes coffee cold colleague colleagues collect come comes coming comment comments committee common company
    complaint complete computer confidential config confirm confirmation confirmed consent contact contract
    conversation cook copied copies copy corner correct cost costs could council counsellor count counted counter
    counting country counts county couple course court cousin cover covered covers cream credentials credit crew
    cried cross cry crying crypto cup current customer customers customs cut dad daft daily damp dance dark data
    date dates daughter day days dead deadline deal dear debt decent decide decided decides decision deck default
    delete deleted deleting delivered delivery dentist department deposit describe desk details device diary did
    didnt die died difference different digit digits dinner direct director disagree discuss divorce do docs doctor
    does doesnt dog doing dollar dollars domain done dont door doors dose double doubled doubt down download draft
    draw drawer drawn dress drink drive driver driving drop dropped drops drove drunk dry due dull duty each earlier
    early earned easier easy eat eaten eating eats eggs eight eighty either eleven else elsewhere email embarrassed
    emergency employer empty enclosed end ended ending ends engineer enjoy enough enter entered envelope error essay
    ethereum euro euros even evening evenings ever every everybody everyone everything evidence exact exactly exam
    example except excess exists expect expire expired expires explain export extension extra eye eyes face facebook
    faces fail failed fails fair fake fall falls false families family far fast faster father fault favour fear fee
    feed feedback feel feeling feelings feels fees feet fell felt fence ferry fever few field fifteen fifty fight
    figure figures file files fill filled film filter final find finds fine fines finish finished fire firm firms
    first fish five fix fixed flag flat flight floor flowers folder follow following follows food foot for forget
    forgive forgot forgotten form forms forty forward found four fourteen fourth fraud free freeze fresh friday
    fridge friend friendly friends frightened from front frozen full fun fund funds funeral funny furious further
    game gap garage garden gas gate gave general get gets getting gift gifts girl girls give given gives giving glad
    glass go goes going gold gone gonna good goods google got gran grand grandma grandmother grateful great green
    grey ground group grown guarantee guaranteed guess guest guests guide guy guys gym hacked had haha hair half
    hall hand handed handle hands hang happen happened happens happy harbour hard hardly has hate have having he
    head health hear heard hearing heart heat heating heavy held hello help helper helps her here hers herself hey
    hi hidden hide high him himself hip hire his history hit hiya hold holding holds holiday home homes homework
    honest honestly hope hospital host hot hotel hour hours house houses how https human hundred hurry hurt hurts
    husband ice idea identity if ignore ill immediately in inbox included including income index infected inherit
    inheritance inside install instead instructions insurance interest interview into invest investment investor
    invite invoice invoices is issue it item items its itself jealous job jobs join joke judge just keep keeping
    keeps kept kettle key keys kid kids kill kind kinda kindly kit kitchen knee knees knew knock know known knows
    lab label lad ladder ladies lads lady lake lamp land landlord lands language laptop large last late later laugh
    laughed laughing law lawyer lead leaflet learn learned lease least leave leaves leaving left leg legal lemon
    lend length less let lets letter letters level library licence lie lied lies life lift light lighthouse lights
    like liked likely likes limit limited limits line lines link links list listed listen listened listing lists
    literally little live lives living load loan local lock locked locks log logged login logo lonely long longer
    look looked looking looks lose loses losing loss lost lot lottery loud love loved lovely loves low lower luck
    lunch lying machine machines mad made mail mailbox mailed mails main make makes making man manager many map
    march mark marked market marks match mate matter matters may maybe me mean means meant medical meet meeting
    member members memory men mention mentioned message messages met microsoft middle midnight might migration miles
    milk million millions mind mine mins minus minute minutes miss missed missing mistake mistakes mix mixed mode
    model models moment monday money month monthly months mood moon more morning mornings most mostly mother mouth
    move moved moves moving much mum mums music must my myself name named names near nearly need needed needs
    neighbour neighbours neither nephew nervous netflix network never new news next nice nicer night nights nine
    nineteen ninety no nobody noise none noon normal normally not notary note notes nothing notice noticed now
    number numbers nurse odd of off offer offered offers office officer official often oil ok okay old older on once
    one ones online only open opened opening opens opinion or order ordered orders original other others otherwise
    ought our ours out outside oven over overnight owe owed owes own owner pack package page pages paid pain paint
    painted pair panel panic paper papers paragraph parcel parent parents parish park parking part partner partners
    parts party pass passcode passed passes passport password passwords past paste patch patient patients pause pay
    paying payment payments paypal payroll pays peace pen penalty pending pension people per percent perfect perhaps
    permission permit person personal persons phone phones photo photograph photographs photos piano pick picked
    picture pictures piece pills pin place places plain plainly plan plans plant plate platform play please pleased
    pleasure plenty plus pocket poem point points police policy polite pool poor porch port portal position possible
    post posted poster posts pot pound pounds power practice prefer present press pressure pretend price prices
    print printed printer private prize probably problem profile profit profits program project promise promised
    prompt proof proper properly protection proud public pull pump purchase purpose push pushed put puts putting
    quarter queen question questions queue quick quid quiet quit quite quiz quote radio rain raise raised ran rang
    rare rate rather reach reached read reader readers reading reads ready real really reason reasons recall receipt
    receipts receive received reception recipe record recorded records red reference refund refunded refunds refuse
    refused regards register registered registration regret release released remain remember remembers reminder
    remote remove removed renew renewal rent repair repeat replace replaced replies reply report reported reports
    request requests required reset respect rest result results retired return returned returns review reviews rice
    right rights ring ringing rings rise risk road robot role roll roof room rooms rota rotten rough roughly round
    row rows rude rule rules run rung running runs sad safe safely safety said salary sale sales salt same sample
    sat saturday save saved savings saw say saying says scam scan scared scene scheme school score scratch screen
    screenshot script sea search season seat seats second seconds secret section secure security see seeing seems
    seen sees sell selling sells send sender sending sends sent sentence sentences separate serious server service
    services session set settings settle settled seven several shall shame share shared sharing sharp she shed sheet
    shes shift shifts ship shoes shop shopping short should shout shouted shouting show showed showing shown shows
    shut shuts sick side sides sign signal signature signed signin signing silence simple simply since sincerely
    single sir sister sit site sits sitting six sixty size skin skip skipped sleep slept slide slip slipped slot
    slow slowly small smell smells smile so socks sofa soft software sold solicitor some somebody someone something
    sometimes somewhere son song soon sooner sorry sort sorted soul sound sounds soup source spare speak speaker
    speaking special speech spend spent split spoke spoken spot spring square staff stage stairs stamp stand
    standard standing stands star stars start started starting starts state statement station status stay stayed
    stays steam step steps stick still stock stood stop stopped stopping stops store stories story straight strange
    stranger strangers street stress strike strong stuck student students study stuff stupid such sugar suits sum
    summary summer sunday supper supplier support suppose sure surprise survey suspended swap swear sweet switch
    switched system table tables tablet tablets take taken takes taking talk talked talking talks tape taught tax
    taxi tea teach teacher teachers team teeth telegram telephone tell telling tells ten tend tender term terms
    terrible test tested tests text texts than thank thanks that thats the their theirs them themselves then
    therapist there theres these they thief thin thing things think thinking thinks third thirty this those though
    thought thoughts thousand thread three threw through throw thursday tick ticket tickets tier tight till time
    times tiny tired title tmrw to toast today together toilet told tomorrow tonight too took tool tools top total
    touch touched town trade train trained training tram transfer transfers travel treasurer treat tree trial trick
    tried trip trouble truck true truly trust truth try trying tuesday turn turned turns twelve twenty twice two
    type typed typing ugly uncle under understand understood union unit units unless unlock unpaid until up update
    updated upload upset urgent us use used user username users using usual usually valid value van vendor verified
    verify version very vet video videos view village virus visa visit voice vote voted voucher vouchers wages wait
    waited waiting wake walk walked walking walks wall wallet wallets want wanted wants ward warm warning warrant
    warranty was wash watch watched watching water way we wear website wedding week weekend weekly weeks weird
    welcome well went were wet what whatever whats whatsapp when whenever where whether which while white who
    whoever whole whom whose why wife wifi will wind window windows wine winner winter wish wishes with within
    without woman women wonder wonderful wont word words work worked working works world worried worries worry worse
    worst worth would write writes writing written wrong wrote yard yeah year yearly years yellow yes yesterday yet
    you young your youre yours yourself zero
"""
